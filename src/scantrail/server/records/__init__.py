"""The rows that are on record, a table a kind; see `rows.py`."""
