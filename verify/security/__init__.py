"""Encryption, blind indexes, passwords, sessions, who may see what, the access record."""
