"""Which file a row of a table is about."""
