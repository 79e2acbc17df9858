"""The database and everything that knows SQLAlchemy."""
