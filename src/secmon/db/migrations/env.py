"""Run the Alembic migrations on the connection provided by the database object."""

from alembic import context

from secmon.db.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
