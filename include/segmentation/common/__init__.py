"""What everything rests on: errors, words, paths. Imports nothing of the other rooms."""
