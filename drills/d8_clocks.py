"""D8: workers whose clocks are a quarter of an hour wrong, both ways; what is due, leased or offered follows the database's.

Its own PostgreSQL. Three workers (early, right, late), one killed now and then. Nothing is sent before its time, nothing twice,
no offer lapses early. Prints the figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from drills.ground import awake, open_news, people, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    from drills.sinks import Mail, Texts

WRONG = 900  # seconds
LATER, MUCH_LATER = 20, 600


def arguments() -> argparse.Namespace:
    """How many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--lease", type=float, default=15)
    return parser.parse_args()


def prepare(size: int) -> int:
    """Three notices: due now, in twenty seconds, in ten minutes; and an offer of five minutes. The offer's place."""
    import datetime as dt

    from django.core.management import call_command

    from base import clock
    from members.models import Member
    from notifications.services import spread
    from programs.models import Enrolment, Offer
    from tests.programs.town import Town, offered, person

    call_command("migrate", verbosity=0)
    town, (member, _) = Town(), person()
    place = Enrolment.objects.get(course=offered(town, member), state=Enrolment.State.OFFERED)
    Offer.objects.filter(heads=place).update(expires_at=clock.now() + dt.timedelta(minutes=5))
    Member.objects.all()
    people(size)
    awake()
    now, told = clock.now(), Member.objects.filter(email__startswith="p")
    for key, seconds in (("now", 0), ("later", LATER), ("much later", MUCH_LATER)):
        spread(notice=open_news(key, due_at=now + dt.timedelta(seconds=seconds)), members=told)
    return int(place.pk)


def run(options: argparse.Namespace, environment: dict[str, str]) -> None:
    """Three workers at work, one of them killed now and then, until what is due is gone."""
    clocks = [str(-WRONG), "0", str(WRONG)]
    shape = ("--lease", str(options.lease), "--pause", "2", "--clock")
    workers = [worker(environment, *shape, shift) for shift in clocks]
    end = time.monotonic() + LATER + 2 * options.lease + 40
    try:
        for number in range(options.kills):
            time.sleep(6)
            workers[number % 3].kill()
            workers[number % 3].wait()
            workers[number % 3] = worker(environment, *shape, clocks[number % 3])
        while time.monotonic() < end and due():
            time.sleep(1)
    finally:
        for one in workers:
            one.kill()
            one.wait()
    for shift in clocks:
        worker(environment, "--sweep", "--clock", shift).wait()


def due() -> int:
    """How many of the first two notices are still to be sent."""
    from notifications.models import Delivery

    waiting = Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING])
    return waiting.filter(notice__key__in=["now", "later"]).count()


def judge(options: argparse.Namespace, mail: Mail, texts: Texts, place: int) -> list[bool]:
    """By what came in and what the database says."""
    from django.db.models import F

    from notifications.models import Delivery
    from programs.models import Enrolment

    sent = Delivery.objects.filter(state=Delivery.State.SENT, channel="email")
    late = Delivery.objects.filter(notice__key="much later", channel="email")
    doubled = len(mail.received) - len(set(mail.received))
    print(f"D8 {len(mail.received)} e-mails by clocks of -15, 0, +15 minutes, {options.kills} kills, {doubled} doubled")
    return [
        check("sent", sent.filter(notice__key__in=["now", "later"]).count(), 2 * late.count()),
        check("sent before their time", sent.filter(sent_at__lt=F("due_at")).count(), 0),
        check("sent ten minutes early", late.exclude(state=Delivery.State.QUEUED).count(), 0),
        check("e-mails doubled beyond the kills", max(0, doubled - options.kills), 0),
        check("text messages doubled", len(texts.posts) - len(set(texts.posts)), 0),
        check("the offer stands", Enrolment.objects.get(pk=place).state, "offered"),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server(), listening() as (mail, texts, ways):
        import django

        django.setup()
        place = prepare(options.size)
        mail.delay = 0.01
        run(options, os.environ | ways | {"REDIS_URL": ""})
        results = judge(options, mail, texts, place)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
