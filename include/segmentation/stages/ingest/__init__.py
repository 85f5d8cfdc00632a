"""Raw lines and order files as typed rows."""
