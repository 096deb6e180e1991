"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from verify.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    transaction_per_migration=False,
)
context.run_migrations()
