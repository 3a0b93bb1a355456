"""The live camera: a program of its own that captures and decodes, and what the handheld needs to run it.

Only `sources`, `eye` and `photos` load OpenCV, and only that program loads them: zbar and OpenCV print where the
screen is drawn, and a picture that crashes a decoder must not end anybody's work.
"""
