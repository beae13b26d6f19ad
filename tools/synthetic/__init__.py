"""Speech and sounds that we make ourselves: the visit and synthetic speakers."""
