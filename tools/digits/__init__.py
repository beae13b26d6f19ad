"""The network that hears the digits of a challenge: its speech, its training, its measurement."""
