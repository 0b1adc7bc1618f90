"""The shape of what coordinators type."""
