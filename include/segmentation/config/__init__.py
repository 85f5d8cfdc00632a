"""What a run is asked: its params, shops and segment maps, read and checked."""
