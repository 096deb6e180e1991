"""Starts PostgreSQL, Valkey, web, workers, beat; supervises; doctor."""
