"""What every writing address of the API shares: strict input, and the same answer to the same request."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

    from members.models import Member

LONGEST_KEY = 100


class In(serializers.Serializer[Any]):
    """What may be sent: the declared fields and no other."""

    def to_internal_value(self, data: Any) -> Any:
        """The values of the fields.

        Raises:
            ValidationError: a field that is wrong, or one that is not known, so that nothing is ignored in silence.
        """
        if isinstance(data, dict):
            unknown = sorted(str(name) for name in data.keys() - self.fields.keys())
            if unknown:
                raise ValidationError({name: [_("There is no such field")] for name in unknown})
        return super().to_internal_value(data)


def once(request: Request, work: Callable[[], tuple[int, Any]]) -> Response:
    """Does the work and answers with its status and plain JSON; the same `Idempotency-Key` gets that answer again.

    Without the header the work is simply done. Keys belong to the member, live 24 hours and name one request: method,
    address and content.

    Raises:
        Refused: `key_reused` for another request under the same key; whatever the work refuses.
        ValidationError: a key of no or more than 100 letters.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        status, answer = work()
        return Response(answer, status=status)
    if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise ValidationError({"Idempotency-Key": [_("Give between 1 and 100 printable characters")]})
    member = cast("Member", request.user)
    status, answer = services.answer_once(member=member, key=key, digest=_digest(request), work=work)
    return Response(answer, status=status)


def _digest(request: Request) -> str:
    content = json.dumps(request.data, sort_keys=True, default=_plain)
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{content}".encode()).hexdigest()


def _plain(value: Any) -> str:
    """A file as the fingerprint of its content."""
    if not isinstance(value, File):
        return str(value)
    found = hashlib.sha256()
    for part in value.chunks():
        found.update(part)
    value.seek(0)
    return f"{value.name} {found.hexdigest()}"
