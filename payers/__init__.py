"""HOW TO ASK. Imports nothing else of ours."""
