"""Evidence that a stranger can verify: packages, seals, time-stamps, a log that nobody can rewrite, and their erasure.

A library of bytes and files: it opens no connection, keeps no row, and holds no secret but those that it is handed.
"""
