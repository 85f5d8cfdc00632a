"""The Spark that stands on this machine: a Spark Connect server that jobs share, so that each starts no Java."""
