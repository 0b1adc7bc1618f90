"""What a search means: first every word as it stands, and where that finds nothing, what was probably meant."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache as remembered
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Case, IntegerField, Q, Value, When

from base.persian import fold, joined
from programs.models import Course, Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import Combinable

SYNONYMS = Path(__file__).with_name("synonyms.txt")
MOST_WORDS = 8
LONGEST_GIST = 200
SHORTEST_JOINED = 5
SHORTEST_PART = 4  # a shorter word is looked for as a whole: شنا is not بشناسیم
NEAR_ENOUGH = 0.72
KEPT_SECONDS = 300
MOST_READ = 20_000
NEAR_IN_AGE = 10
_AGE = re.compile(r"(\d{1,2}) سال\w*")
_ENDINGS = ("هایی", "های", "ها", "ان", "ات", "ی", "م", "ه", "s")
_SAYS_NOTHING = """
از به با در و که را برای برا تا یا این ان من ما شما هم شدن کردن کلاس دوره اموزش یادگیری سال ساله بالا بچه
the a an of for to in on and with course courses class learn learning
"""
_EMPTY = frozenset(_SAYS_NOTHING.split())


def _has(word: str) -> Q:
    """Rows in whose text the word occurs: anywhere in a word, or as a word of its own if it is short."""
    return Q(search_text__contains=word if len(word) >= SHORTEST_PART else f" {word} ")


def matching(text: str) -> Q:
    """Courses whose text has every word of the query, or the whole query with all gaps closed."""
    words = fold(text).split()[:MOST_WORDS]
    closed = "".join(words)
    spread = reduce(and_, map(_has, words), Q())
    return spread | Q(search_joined__contains=closed) if len(closed) >= SHORTEST_JOINED else spread


def rank(text: str) -> Case:
    """0 where the title begins with the query, 1 where all its words stand in title and keywords, else 2."""
    words = fold(text).split()[:MOST_WORDS]
    in_title = reduce(and_, (Q(search_joined__contains=word) for word in words), Q())
    return Case(
        When(Q(search_joined__startswith="".join(words)), then=0),
        When(in_title, then=1),
        default=2,
        output_field=IntegerField(),
    )


def gist(text: str) -> str:
    """The words of a text that say something, folded and in order, so that like wishes are one; all of them where none does."""
    words = set(fold(text).split())
    return " ".join(sorted(words - _EMPTY or words))[:LONGEST_GIST]


@dataclass(frozen=True)
class Meant:
    """What a query without an answer probably meant: for each word that says something, the words that may stand for it."""

    words: tuple[tuple[str, ...], ...]
    age: int | None = None

    def score(self) -> Combinable:
        """How much of the query a course answers: 3 for a word in title or keywords, 2 for one elsewhere and for the age."""
        found: Combinable = Case(When(self._suits(), then=2), default=0) if self.age is not None else Value(0)
        for others in self.words:
            found = found + Case(When(_in_title(others), then=3), When(_in_text(others), then=2), default=0)
        return found

    def matching(self) -> Q:
        """Courses with at least one of the words; with the age, where the query says nothing else."""
        if not self.words and self.age is not None:
            return self._suits()
        return reduce(or_, map(_in_text, self.words), Q(pk__in=[]))

    def in_titles(self) -> Q:
        """Courses with at least one of the words in title or keywords."""
        return reduce(or_, map(_in_title, self.words), Q(pk__in=[]))

    def _suits(self) -> Q:
        """Courses made for that age, not merely open to it."""
        age = self.age or 0
        return Q(age_min__lte=age, age_min__gte=age - NEAR_IN_AGE) & (Q(age_max=None) | Q(age_max__gte=age))


def _in_text(words: Iterable[str]) -> Q:
    return reduce(or_, map(_has, words))


def _in_title(words: Iterable[str]) -> Q:
    return reduce(or_, (Q(search_joined__contains=word.replace(" ", "")) for word in words))


def meant(text: str) -> Meant:
    """Reads the query again with everyday spellings, other words for the same thing, word endings and typing errors."""
    folded = fold(text)
    age = _AGE.search(folded)
    words = [word for word in _AGE.sub(" ", folded).split() if word not in _EMPTY][:MOST_WORDS]
    return Meant(tuple(_standing_for(word) for word in words), int(age[1]) if age else None)


def did_you_mean(query: str) -> str:
    """The query with each unknown word replaced by the nearest one that courses use; "" when that changes nothing."""
    known = vocabulary()
    words = fold(query).split()
    found = [_nearest(word, known) for word in words]
    return " ".join(found) if found != words else ""


def _nearest(word: str, known: dict[str, str]) -> str:
    if len(word) < SHORTEST_PART or word in known or any(word in other for other in known):
        return word
    near = difflib.get_close_matches(word, known, 1, NEAR_ENOUGH)
    return known[near[0]] if near else word


def _standing_for(word: str) -> tuple[str, ...]:
    """The word, its everyday twin, its synonyms, its stem, and the known words that look like it."""
    found = [word, word.replace("ون", "ان"), *synonyms().get(word, ())]
    found += [stem for one in list(found) for stem in _stems(one)]
    known = vocabulary()
    if len(word) >= SHORTEST_PART and not any(one in other for one in found for other in known):
        found += difflib.get_close_matches(word, known, 2, NEAR_ENOUGH)
    return tuple(dict.fromkeys(found))


def _stems(word: str) -> list[str]:
    return [word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= SHORTEST_PART]


@remembered
def synonyms() -> dict[str, tuple[str, ...]]:
    """Folded words that stand for each other, from the lines of `synonyms.txt`."""
    found: dict[str, tuple[str, ...]] = {}
    for line in SYNONYMS.read_text(encoding="utf-8").splitlines():
        words = tuple(fold(word) for word in line.partition("#")[0].split("،") if word.strip())
        for word in words:
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *(other for other in words if other != word))))
    return found


def vocabulary() -> dict[str, str]:
    """Distinct folded words of what the catalogue says of its programs, each with the spelling to show. Kept five minutes."""
    found: dict[str, str] | None = cache.get("vocabulary")
    if found is None:
        found = {}
        public = Program.objects.filter(state=Program.State.PUBLISHED, courses__state=Course.State.PUBLISHED)
        texts = (
            public.values_list("translations__title", "translations__keywords").order_by("-pk").distinct()[:MOST_READ]
        )
        for word in " ".join(text or "" for row in texts for text in row).split():
            plain = joined(word)
            if len(plain) >= SHORTEST_PART:
                found.setdefault(plain, word.strip("«»()،؛:؟!.,“”"))
        cache.set("vocabulary", found, KEPT_SECONDS)
    return found
