"""Afterlike: what happens after the like."""

__version__ = "0.1.0"
