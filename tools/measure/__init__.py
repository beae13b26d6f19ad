"""Trials, scores and error rates: what evaluate, compare, calibrate and promise share."""
