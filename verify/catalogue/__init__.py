"""Service lines, codes, courses, policy cards: dated data files and their loader."""
