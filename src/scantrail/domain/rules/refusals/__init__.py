"""The codes that the rules refuse with, by what they are about, each with its sentences."""
