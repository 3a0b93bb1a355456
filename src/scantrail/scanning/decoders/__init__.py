"""The decoders, and the clean-ups they are helped with. All that needs OpenCV, zxing-cpp or zbar is in here."""
