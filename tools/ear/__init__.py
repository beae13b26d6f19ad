"""How the front end is measured: noise trackers, enhancement, endpointing, the quality gate."""
