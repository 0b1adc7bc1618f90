"""Every change to notices, deliveries and preferences."""

from notifications.progress import Progress, progress
from notifications.services.broadcast import open_notice, spread
from notifications.services.codes import hand_over_codes
from notifications.services.contacts import change_contact
from notifications.services.deliver import deliver_due
from notifications.services.devices import forget_device, tell_device
from notifications.services.forgetting import forget_bodies, forget_deliveries
from notifications.services.hold import hold, release
from notifications.services.post import Reach, Said, post, post_all, reach
from notifications.services.reading import mark_opened, mark_read, set_preferences, unsubscribe
from notifications.services.receipts import ask_receipts, note_receipt, note_return
from notifications.services.steering import pause, recall, resend_failed, resume, reword, withdraw

__all__ = [
    "Progress",
    "Reach",
    "Said",
    "ask_receipts",
    "change_contact",
    "deliver_due",
    "forget_bodies",
    "forget_deliveries",
    "forget_device",
    "hand_over_codes",
    "hold",
    "mark_opened",
    "mark_read",
    "note_receipt",
    "note_return",
    "open_notice",
    "pause",
    "post",
    "post_all",
    "progress",
    "reach",
    "recall",
    "release",
    "resend_failed",
    "resume",
    "reword",
    "set_preferences",
    "spread",
    "tell_device",
    "unsubscribe",
    "withdraw",
]
