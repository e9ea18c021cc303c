"""Migrations, numbered and forward-only."""
