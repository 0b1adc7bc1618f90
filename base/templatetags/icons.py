"""The drawings of the icons: what stands inside a 24 by 24 square, drawn in lines of the text's colour."""

from __future__ import annotations

_PEOPLE = (
    '<circle cx="8" cy="9" r="3"/><circle cx="16" cy="9" r="3"/>'
    '<path d="M3 19c.5-3.5 2.3-5 5-5s3.5 1 4 2.5c.5-1.5 1.3-2.5 4-2.5s4.5 1.5 5 5"/>'
)
_SEATS = (
    '<circle cx="9" cy="9" r="3.5"/>'
    '<path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 5.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .7 3.2 2.6 3.5 5.5"/>'
)
_ARCH = '<path d="M4 20h16M6 20V11a6 6 0 0 1 12 0v9M10 20v-6a2 2 0 0 1 4 0v6"/>'
_BOOK = '<path d="M12 6c-2-1.5-5-2-8-1.5v14c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5v-14c-3-.5-6 0-8 1.5zM12 6v14"/>'
_MEDIA = '<rect x="3" y="5" width="18" height="12" rx="1.5"/><path d="M8 21h8M10 9l5 2-5 2z"/>'
_CHART = '<path d="M4 20V10M10 20V4M16 20v-8M21 20H3"/>'
_BRIEFCASE = '<rect x="3" y="8" width="18" height="12" rx="1.5"/><path d="M9 8V5h6v3M3 13h18"/>'
_BULB = '<path d="M12 3a6 6 0 0 1 3.5 11v3h-7v-3A6 6 0 0 1 12 3zM9 20h6"/>'
_LEAF = '<path d="M12 21v-8M12 13C6 13 4 9 5 4c5 0 8 3 7 9zM12 16c5 0 7-3 6-7-4 0-6.5 2-6 7z"/>'
_HEART = '<path d="M12 20S4 15 4 9a4 4 0 0 1 8-1.5A4 4 0 0 1 20 9c0 6-8 11-8 11zM8 11.5h2l1-2 2 4 1-2h2"/>'
_COINS = (
    '<ellipse cx="9" cy="7" rx="6" ry="3"/><path d="M3 7v5c0 1.7 2.7 3 6 3M3 12v5c0 1.7 2.7 3 6 3M15 7v2"/>'
    '<ellipse cx="15.5" cy="13" rx="5.5" ry="2.7"/><path d="M10 13v5c0 1.5 2.5 2.7 5.5 2.7S21 19.5 21 18v-5"/>'
)
_LUTE = (
    '<path d="m13 11 7.5-7.5M18.5 3l2.5 2.5M13.5 10.5c1.5 3.5-.5 8-3.5 9.5-2.5 1.3-5 .7-6-1s-.3-4.5'
    ' 1-6c2-2.5 6-4 8.5-2.5zM7 15l2 2"/>'
)
_MEGAPHONE = '<path d="M4 10v4h3l9 5V5l-9 5zM7 14l1.5 6h3l-1-4.3M19 9.5a3.5 3.5 0 0 1 0 5"/>'
_OAK = (
    '<path d="M12 21v-8M12 17l-3-2.5M12 15.5l2.5-2"/>'
    '<path d="M8 15.5A4 4 0 0 1 5 9a4.5 4.5 0 0 1 7-5 4.5 4.5 0 0 1 7 5 4 4 0 0 1-3 6.5"/>'
)
_PHONE = '<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M10.5 18.5h3"/>'
_TOOLS = '<path d="M14 7.5a4.5 4.5 0 0 1 6-4.3L17 6.2l.6 2.2 2.2.6 3-3a4.5 4.5 0 0 1-6 6L7.5 21.3a2 2 0 0 1-2.8-2.8z"/>'
_MONEY = (
    '<rect x="2.5" y="6" width="19" height="12" rx="1.5"/><circle cx="12" cy="12" r="2.5"/>'
    '<path d="M6 12h.1M18 12h.1"/>'
)
_HOME = '<path d="M3.5 11.5 12 4l8.5 7.5M6 9.5V20h12V9.5M10 20v-6h4v6"/>'

ICONS = {
    "access": '<circle cx="10" cy="4" r="1.5"/><path d="M10 8v6h5l3 5M10 10.5h5M8 11.5a5 5 0 1 0 6.5 6.5"/>',
    "arch": _ARCH,
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4"/>',
    "book": _BOOK,
    "briefcase": _BRIEFCASE,
    "bulb": _BULB,
    "calendar": '<rect x="4" y="5" width="16" height="16" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/>',
    "certificate": '<circle cx="12" cy="9" r="5.5"/><path d="m8.5 13.5-1.5 7.5 5-2.5 5 2.5-1.5-7.5"/>',
    "chart": _CHART,
    "check": '<path d="m5 13 5 5 9-11"/>',
    "chevron": '<path d="m9 5 7 7-7 7"/>',
    "chevron-back": '<path d="m15 5-7 7 7 7"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "coins": _COINS,
    "download": '<path d="M12 4v11M7 11l5 5 5-5M4 20h16"/>',
    "edit": '<path d="m4 20 1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18"/>',
    "heart": _HEART,
    "home": _HOME,
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.5v.2"/>',
    "leaf": _LEAF,
    "link": '<path d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1"/>',
    "lute": _LUTE,
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 7 8 6 8-6"/>',
    "media": _MEDIA,
    "megaphone": _MEGAPHONE,
    "money": _MONEY,
    "oak": _OAK,
    "people": _PEOPLE,
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>',
    "phone": _PHONE,
    "pin": '<path d="M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": '<path d="M7 9V3h10v6M7 18H4v-8h16v8h-3M7 14h10v7H7z"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>',
    "seats": _SEATS,
    "seedling": _LEAF,
    "tools": _TOOLS,
    "warning": '<path d="M12 4 2.5 20h19zM12 10v5M12 17.8v.2"/>',
}
SYNONYMS = {
    "culture": "arch",
    "economy": "chart",
    "entrepreneurship": "bulb",
    "environment": "leaf",
    "health": "heart",
    "wheelchair": "access",
    "error": "close",
    "success": "check",
    "time": "clock",
    "place": "pin",
    "online": "media",
    "audience": "seats",
}
TURNING = frozenset({"arrow", "chevron", "chevron-back"})
