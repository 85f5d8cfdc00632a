"""Reading a database: the query, the roads to it, Arrow's types, and what equal rows have in common."""
