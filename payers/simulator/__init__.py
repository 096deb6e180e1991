"""A clearinghouse on loopback that speaks the same protocols: for the demo, tests and load."""
