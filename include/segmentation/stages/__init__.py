"""What single stages do besides SQL."""
