"""The programs that the workflow is held against. Each is a script of its own: `python -m bench.peers.<name> DATA OUT`."""
