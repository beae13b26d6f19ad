"""The live picture of the door on a terminal."""
