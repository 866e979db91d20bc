"""The database's schema, one file a change; run by bot/store/schema.py."""
