"""Wiring and workflow: the only place where rooms meet. Doors call what is here and add no rule."""
