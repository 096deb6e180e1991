"""Tables, repositories, searches, migrations (PostgreSQL)."""
