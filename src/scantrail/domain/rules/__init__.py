"""The ordered lists of rules: the first that refuses decides, on the device as on the server."""
