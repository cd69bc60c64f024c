"""Alembic's entry: runs on the connection that migrate.py holds."""

from alembic import context

from afterlike.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=False,
)
context.run_migrations()
