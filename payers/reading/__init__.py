"""Benefits + service types asked -> Answers; pure, one rule per function, each with its source."""
