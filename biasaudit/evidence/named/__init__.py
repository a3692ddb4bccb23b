"""Cues that have a name, with a value for every image: what was measured, and the columns of the table."""
