"""The shape of what coordinators and residents type about courses."""
