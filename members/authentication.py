"""Who asks through the API: the bearer of a personal token, or the site's own session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from base.prepared import prepared
from members import services
from members.models import ApiToken

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from members.models import Member

_BEARER = "bearer"
_REACH = [ApiToken.Scope.READ, ApiToken.Scope.ME, ApiToken.Scope.WORK]  # each opens what stands before it as well


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The token becomes `request.auth`; a wrong one is 401, never a visitor."""

    def authenticate(self, request: Request) -> tuple[Member, ApiToken] | None:
        """The member and the token, or None where no token is given.

        Raises:
            AuthenticationFailed: no such token, a revoked one, or one of an erased member.
        """
        kind, _gap, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != _BEARER:
            return None
        found = _opened_by(services.token_digests(secret.strip()))
        if not found:
            raise AuthenticationFailed(_("This token opens nothing; make a new one on the page of your tokens"))
        (token,) = found
        services.mark_used(token=token)
        return token.member, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """What a program without a right token should send."""
        return "Bearer"


@prepared
def _opened_by(digests: list[str]) -> QuerySet[ApiToken]:
    rows = ApiToken.objects.select_related("member")
    return rows.filter(digest__in=digests, revoked_at__isnull=True, member__erased_at__isnull=True)


class _Opens(BasePermission):
    """Lets members in, and tokens whose scope reaches far enough."""

    scope = ApiToken.Scope.READ
    message = _("The scope of this token does not open this address")
    code = "scope"

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - the framework's signature
        """Whether the request may go on; without a member it is 401."""
        if not request.user.is_authenticated:
            return False
        token = request.auth
        return not isinstance(token, ApiToken) or _REACH.index(ApiToken.Scope(token.scope)) >= _REACH.index(self.scope)


class OpensMe(_Opens):
    """What is the member's own: sessions, and tokens of scope `me` or `work`."""

    scope = ApiToken.Scope.ME


class OpensWork(_Opens):
    """Work for a workgroup or the city: sessions, and tokens of scope `work`."""

    scope = ApiToken.Scope.WORK
