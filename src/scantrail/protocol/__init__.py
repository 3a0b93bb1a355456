"""The sync core, both sides: values in and values out."""
