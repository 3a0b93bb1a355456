"""What Alembic runs; the connection comes from the caller, inside its transaction."""

from alembic import context

from scantrail.server.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
