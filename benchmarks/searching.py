"""Searching two words: the page with its facets beside the bare SQL of both."""

from __future__ import annotations

import random
from urllib.parse import quote_plus

from django.db import connection

from base import clock
from base.persian import fold
from benchmarks.measuring import Ask, Door, quantile, timed
from benchmarks.table import Result
from programs.models import Program

PAIRS = 40
SEED = 3
SHORTEST = 4
_WHERE = "state = 'published' AND ends_on >= %s AND search_text LIKE %s AND search_text LIKE %s"
_ROWS = f"SELECT id FROM programs_course WHERE {_WHERE} ORDER BY sort_on, id LIMIT 20"
_KEYS = ("area_id", "district_id", "weekdays", "dayparts", "audience_words", "languages", "online", "fee_max = 0")
_SETS = ", ".join(f"({key})" for key in _KEYS)
_FACETS = {
    "postgresql": [
        f"SELECT {', '.join(_KEYS)}, COUNT(*) FROM programs_course WHERE {_WHERE} GROUP BY GROUPING SETS ({_SETS}, ())"
    ],
    "sqlite": [f"SELECT {key}, COUNT(*) FROM programs_course WHERE {_WHERE} GROUP BY {key}" for key in _KEYS],
}


def pairs() -> list[tuple[str, str]]:
    """Two words each of one program's title, the same ones in each run."""
    chance = random.Random(SEED)  # noqa: S311 - the same words each time
    titles = Program.objects.order_by("pk").values_list("translations__title", flat=True)[:600]
    known = [[word for word in fold(title).split() if len(word) >= SHORTEST] for title in titles]
    return [(first, second) for first, second in (chance.sample(words, 2) for words in known if len(words) > 1)][:PAIRS]


def search(door: Door, rounds: int) -> list[Result]:
    """Median and 95th percentile of the page, beside the bare statements."""
    found, today = pairs(), clock.today()
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    for _ in range(rounds):
        asked = iter(found * 4)
        words = iter(found * 4)

        def page(asked: object = asked) -> None:
            door.checked(Ask(f"/fa/courses/?q={quote_plus(' '.join(next(asked)))}&v={{n}}"))  # type: ignore[call-overload]

        def statements(words: object = words) -> None:
            one, other = next(words)  # type: ignore[call-overload]
            with connection.cursor() as cursor:
                for sql in [_ROWS, *_FACETS[connection.vendor]]:
                    cursor.execute(sql, [today, f"%{one}%", f"%{other}%"])
                    cursor.fetchall()

        bare.append(timed(statements, least=40, most=120, seconds=5).clock)
        ours.append(timed(page, least=40, most=120, seconds=5).clock)
    middle, most = [[quantile(one, share) for one in ours] for share in (0.5, 0.95)]
    return [
        Result(
            "search of two words, page with facets, p50", "rate", middle, "ms", [quantile(one, 0.5) for one in bare]
        ),
        Result(
            "search of two words, page with facets, p95", "rate", most, "ms", [quantile(one, 0.95) for one in bare], 3
        ),
        Result("search of two words, page with facets, p95 on the clock", "rate", most, "ms", [], 50),
    ]
