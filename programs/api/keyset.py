"""Pages that begin where the last one ended: no counting, no skipping of rows, however far one turns them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

LARGEST, USUAL = 100, 20
LARGEST_ID = 2**63 - 1


class Keyset:
    """One page of a queryset that is ordered by columns without nulls, the last of them unique."""

    def __init__(self, request: Request, order: list[str]) -> None:
        """`order` as in `order_by`.

        Raises:
            ValidationError: a cursor or a `page_size` that nobody gave out.
        """
        self.request, self.order = request, order
        self.size = _size(request.query_params.get("page_size"))
        self.is_back, self.start = _read(request.query_params.get("cursor"), len(order))

    def take(self, rows: QuerySet[Any, dict[str, Any]]) -> dict[str, Any]:
        """The page: `results` (dicts that hold the ordering columns), and the addresses of its neighbours."""
        order = [_flipped(name) for name in self.order] if self.is_back else self.order
        try:
            behind = rows if self.start is None else rows.filter(_after(order, self.start))
            found = list(behind.order_by(*order)[: self.size + 1])
        except (ValueError, TypeError, OverflowError, InvalidValue) as error:
            raise _bad_cursor() from error
        has_more = len(found) > self.size
        found = found[: self.size][::-1] if self.is_back else found[: self.size]
        has_next, has_previous = (True, has_more) if self.is_back else (has_more, self.start is not None)
        return {
            "next": self._address(found[-1], is_back=False) if found and has_next else None,
            "previous": self._address(found[0], is_back=True) if found and has_previous else None,
            "results": found,
        }

    def _address(self, row: dict[str, Any], *, is_back: bool) -> str:
        values = [row[name.lstrip("-")] for name in self.order]
        text = json.dumps([int(is_back), *values], default=str, separators=(",", ":"))
        kept = {name: self.request.query_params.getlist(name) for name in self.request.query_params if name != "cursor"}
        kept["cursor"] = [base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")]
        return f"{settings.SITE_URL}{self.request.path}?{urlencode(kept, doseq=True)}"


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: list[str], start: list[Any]) -> Q:
    """Rows behind the given one: greater in the first column, or equal there and behind it in the others."""
    found = Q()
    for name, value in reversed(list(zip(order, start, strict=True))):
        column = name.lstrip("-")
        further = Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        found = further | Q(**{column: value}) & found if found else further
    first, value = order[0], start[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": value})
    return bound & found  # says nothing new, but lets an index begin there


def _bad_cursor() -> ValidationError:
    return ValidationError({"cursor": [_("Begin again at the first page; this cursor leads nowhere")]})


def _is_value(one: object) -> bool:
    return isinstance(one, str) or (isinstance(one, int) and abs(one) <= LARGEST_ID)


def _read(cursor: str | None, columns: int) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    try:
        is_back, *start = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _bad_cursor() from error
    if len(start) != columns or is_back not in (0, 1) or not all(map(_is_value, start)):
        raise _bad_cursor()
    return bool(is_back), start


def _size(text: str | None) -> int:
    if text is None:
        return USUAL
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST:
        raise ValidationError({"page_size": [_("Give a number from 1 to 100")]})
    return int(text)
