"""What the report says and shows: its content, sentences, checks, lists and page."""
