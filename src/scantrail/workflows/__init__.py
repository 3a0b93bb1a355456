"""Guided jobs as pure state machines: a prompt, an answer, a verdict and what to record."""
