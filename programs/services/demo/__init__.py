"""Writes the demo city, once, and keeps it alive: on a later day what nobody touched moves forward by whole weeks."""

from programs.services.demo.loading import Loaded, load

__all__ = ["Loaded", "load"]
