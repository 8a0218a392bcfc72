"""Alembic runs the desk migrations on the connection that `Desk.migrate` hands over."""

from alembic import context

from secmon.alerts.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
