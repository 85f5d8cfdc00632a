"""Back out: what a release holds of each customer, to a table of a database, to files, or to a webhook."""
