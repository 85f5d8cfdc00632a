"""Order files as people export them: their layout, and what their cells say.

The job `ingest` and `make preview` read through the same functions, so what the preview shows is what a run counts.
"""
