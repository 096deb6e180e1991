"""Facts + planned course -> findings; pure; one rule per file."""
