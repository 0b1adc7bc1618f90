"""The formats that can be read: each partner's columns, declared in one small module."""

from programs.imports.profiles import mft
from programs.imports.profiles.profile import Profile

PROFILES: dict[str, Profile] = {one.name: one for one in (mft.PROFILE,)}

__all__ = ["PROFILES", "Profile"]
