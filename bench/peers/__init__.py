"""What the workflow is held against. Each is a program of its own: `python -m bench.peers.<name> DATA OUT`."""
