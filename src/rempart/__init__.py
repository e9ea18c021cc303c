"""Rempart finds leaked private or stolen media, proves it, gets it removed and measures that it stays removed."""

__version__ = "0.1.0"
