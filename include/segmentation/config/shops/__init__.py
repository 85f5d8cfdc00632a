"""Shops: their names, the files that describe them, and what reads and writes those files."""
