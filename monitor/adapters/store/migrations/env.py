"""Alembic asks here which connection to migrate: the one that `upgrade` was given."""

from alembic import context

from monitor.adapters.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # Both databases undo a CREATE TABLE: a migration that was cut short leaves nothing.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
