"""Read and repair for superusers: what the machinery owns is only shown, the rest is saved through services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from parler.admin import TranslatableAdmin

from members import services
from members.models import (
    ApiToken,
    Audit,
    Care,
    CodeTry,
    District,
    IdempotencyKey,
    Learner,
    Member,
    Session,
    SignInCode,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest


class Shown(admin.ModelAdmin[Any]):
    """Rows to be read and not touched."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody deletes here."""
        return False


@admin.register(Member)
class MemberAdmin(Shown):
    """People with an account."""

    list_display = ["id", "phone", "email", "language", "is_superuser", "seen_on", "erased_at"]
    list_filter = ["is_superuser", "language"]
    search_fields = ["phone__exact", "email__exact"]
    actions = ["sign_out_everywhere"]

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, chosen: QuerySet[Member]) -> None:
        """Ends every session of the chosen members."""
        actor = cast("Member", request.user)
        ended = sum(services.sign_out_everywhere(actor=actor, member=member) for member in chosen)
        messages.success(request, gettext("Sessions ended: %(count)s") % {"count": ended})


@admin.register(ApiToken)
class ApiTokenAdmin(Shown):
    """Tokens of members; their text is not known to anyone."""

    list_display = ["id", "member", "scope", "created_at", "last_used_on", "revoked_at"]
    list_select_related = ["member"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke this token"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        """Revokes the chosen tokens."""
        for token in chosen:
            services.revoke_token(actor=cast("Member", request.user), token=token)


@admin.register(Learner)
class LearnerAdmin(Shown):
    """People who learn."""

    list_display = ["id", "born_from", "born_until", "district", "erased_at"]
    list_select_related = ["district"]


@admin.register(Care)
class CareAdmin(Shown):
    """Who acts for whom."""

    list_display = ["id", "guardian", "learner", "relation", "from_on", "until_on"]
    list_select_related = ["guardian", "learner"]


@admin.register(Audit)
class AuditAdmin(Shown):
    """The trail."""

    list_display = ["at", "actor_id", "verb", "object_type", "object_id", "for_id", "door"]
    list_filter = ["verb", "door"]
    search_fields = ["=actor_id", "=object_id", "=request_id"]
    date_hierarchy = "at"


@admin.register(Session)
class SessionAdmin(Shown):
    """Signed-in devices."""

    list_display = ["member", "agent", "created_at", "seen_on", "expire_date"]
    list_select_related = ["member"]
    exclude = ["session_data"]


@admin.register(SignInCode)
class SignInCodeAdmin(Shown):
    """Askings for a code; contact and digest stay out of sight."""

    list_display = ["id", "asked_at", "handed_at", "tries_left", "used_at"]
    exclude = ["contact", "client", "digest"]


@admin.register(CodeTry, IdempotencyKey)
class EngineAdmin(Shown):
    """The machinery's own rows."""


@admin.register(District)
class DistrictAdmin(TranslatableAdmin[District]):
    """Municipal districts."""

    list_display = ["slug", "order"]

    def save_model(self, request: HttpRequest, obj: District, form: ModelForm[District], change: bool) -> None:  # noqa: ARG002, FBT001 - Django's signature
        """Saves through the service."""
        services.save_district(actor=cast("Member", request.user), district=obj)
