"""K-Means: the search for k, exact passes over the customers, and how far to trust the result."""
