"""Files in: CSV and JSON, checked whole, then imported whole or not at all."""
