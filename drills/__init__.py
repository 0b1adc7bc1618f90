"""Faults on purpose: real processes on a real database, judged from outside."""
