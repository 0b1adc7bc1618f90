"""Every change to notices, deliveries and preferences."""

from notifications.services.codes import hand_over_codes
from notifications.services.deliver import deliver_due
from notifications.services.hold import hold, release
from notifications.services.post import Reach, post, reach
from notifications.services.reading import mark_read, set_preferences

__all__ = [
    "Reach",
    "deliver_due",
    "hand_over_codes",
    "hold",
    "mark_read",
    "post",
    "reach",
    "release",
    "set_preferences",
]
