"""Two small shops served by the product itself, to see it alive. Never touches a real installation's data."""

from afterlike.demo.start import create_demo_app, prepare, run

__all__ = ["create_demo_app", "prepare", "run"]
