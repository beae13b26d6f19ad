"""Mood: from labelled clips to the shipped network, and what it is worth on people it has never heard."""
