"""X12 and its grammar; knows no payer, network, database or Benefits."""
