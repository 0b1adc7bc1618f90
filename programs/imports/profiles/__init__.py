"""The formats that can be read: each partner's columns, declared in one small module."""

from programs.imports.profiles import korea, korea_standard, madrid, mft, xcri
from programs.imports.profiles.profile import Profile

PROFILES: dict[str, Profile] = {
    one.name: one for one in (mft.PROFILE, korea_standard.PROFILE, korea.PROFILE, xcri.PROFILE, madrid.PROFILE)
}

__all__ = ["PROFILES", "Profile"]
