"""The live camera: a program of its own that captures and decodes, and what the handheld needs to run it.

Only `sources`, `eye`, `photos` and `scenes` load OpenCV, and the handheld loads none of them: zbar and OpenCV print
where the screen is drawn, and a picture that crashes a decoder must not end anybody's work.
"""
