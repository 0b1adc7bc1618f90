"""Hundreds of residents press at once: exactly as many seats and places as there are, nobody twice, everyone an answer.

A database of its own beside DATABASE_URL's, the portal in four processes, one token a resident. Then some withdraw at once,
the first in line are offered their seats, one accepts, one declines, one lets it lapse. Prints the figures; the exit code is
1 when one is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from drills.ground import database, manage, portal

LEAVING = 5


class Answer(NamedTuple):
    """What the portal said, and how long it took to say it."""

    status: int
    body: dict[str, Any]
    seconds: float


class Caller:
    """Calls the API of a portal with tokens."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, method: str, path: str, token: str, body: object = None) -> Answer:
        """One request on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        line.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, headers)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return Answer(answer.status, json.loads(content) if content else {}, time.perf_counter() - begun)


def arguments() -> argparse.Namespace:
    """How many press, for how many seats."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seats", type=int, default=20)
    parser.add_argument("--waiting", type=int, default=100)
    parser.add_argument("--hands", type=int, default=64, help="requests under way at a time")
    return parser.parse_args()


def prepare(options: argparse.Namespace, folder: str) -> tuple[int, list[str]]:
    """A course in an empty city and its crowd: the course's id and the tokens."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from tests.programs import world

    call_command("migrate", verbosity=0)
    course = world.course()
    tokens = Path(folder) / "tokens"
    manage(
        "crowd", str(options.people), "--course", course.slug, "--seats", str(options.seats), "--waiting",
        str(options.waiting), "--tokens", str(tokens), "--yes-on-production-data-too",
    )  # fmt: skip
    connections.close_all()
    return course.pk, tokens.read_text().split()


def check(name: str, found: object, wanted: object) -> bool:
    """Prints one figure and says whether it is right."""
    print(f"{'ok  ' if found == wanted else 'FAIL'} {name}: {found}{'' if found == wanted else f', not {wanted}'}")
    return found == wanted


def stampede(call: Caller, course: int, tokens: list[str], hands: int) -> tuple[list[Answer], float]:
    """Everyone presses once; the answers in the order of the tokens, and the seconds to the last one."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(hands) as pool:
        answers = list(pool.map(lambda token: call("POST", f"courses/{course}/enrolments/", token, {}), tokens))
    return answers, time.perf_counter() - begun


def outcome(answer: Answer) -> str:
    """The state given or the rule that spoke; the status where neither."""
    return str(answer.body.get("state") or answer.body.get("code") or answer.status)


def press(call: Caller, course: int, tokens: list[str], options: argparse.Namespace) -> tuple[list[bool], list[Answer]]:
    """The stampede and its figures."""
    answers, seconds = stampede(call, course, tokens, options.hands)
    counted = Counter(map(outcome, answers))
    refused = counted["full"] + counted["queue_full"]
    positions = sorted(one.body["position"] for one in answers if outcome(one) == "waiting")
    again = [call("POST", f"courses/{course}/enrolments/", token, {}) for token in tokens[:20]]
    same = [
        (a.body.get("id"), a.body.get("code")) == (b.body.get("id"), b.body.get("code"))
        for a, b in zip(answers, again, strict=False)
    ]
    print(
        f"     {len(tokens)} people, last answer after {seconds:.1f} s, slowest {max(one.seconds for one in answers):.1f} s"
    )
    return [
        check("seated", counted["seated"], options.seats),
        check("waiting", counted["waiting"], options.waiting),
        check("places", positions == list(range(1, options.waiting + 1)), wanted=True),
        check("refused full or queue_full", refused, options.people - options.seats - options.waiting),
        check("other answers", sum(counted.values()) - counted["seated"] - counted["waiting"] - refused, 0),
        check("asking again says the same", all(same), wanted=True),
    ], answers


def withdraw_and_answer(call: Caller, tokens: list[str], answers: list[Answer]) -> list[bool]:
    """Five withdraw at once; the first five in line are offered a seat; one accepts, one declines, one lets it lapse."""
    by_state = {
        state: [(t, a) for t, a in zip(tokens, answers, strict=True) if outcome(a) == state]
        for state in ("seated", "waiting")
    }
    line = sorted(by_state["waiting"], key=lambda one: one[1].body["position"])
    with ThreadPoolExecutor(LEAVING) as pool:
        left = list(
            pool.map(
                lambda one: call("DELETE", f"me/enrolments/{one[1].body['id']}/", one[0]).status,
                by_state["seated"][:LEAVING],
            )
        )

    def states() -> list[str]:
        mine = [call("GET", "me/enrolments/", token).body["results"][0] for token, _ in line[: LEAVING + 3]]
        return [one["state"] for one in mine]

    offered = states()
    (yes, said_yes), (no, said_no), (late, said_late) = line[:3]
    accepted = call("POST", f"me/enrolments/{said_yes.body['id']}/accept/", yes, {})
    declined = call("POST", f"me/enrolments/{said_no.body['id']}/decline/", no, {})
    lapse(said_late.body["id"])
    too_late = call("POST", f"me/enrolments/{said_late.body['id']}/accept/", late, {})
    return [
        check("withdrawals", left, [204] * LEAVING),
        check("offers", offered, ["offered"] * LEAVING + ["waiting"] * 3),
        check("accepted and declined", (outcome(accepted), outcome(declined)), ("seated", "declined")),
        check("too late", outcome(too_late), "offer_expired"),
        check(
            "the next are offered",
            states(),
            ["seated", "declined", "lapsed"] + ["offered"] * (LEAVING - 1) + ["waiting"],
        ),
    ]


def lapse(enrolment: int) -> None:
    """Lets the deadline of an offer pass, and the minute's sweep come by."""
    from django.db import connections

    from base import clock
    from programs.models import Offer
    from programs.services import sweep

    Offer.objects.filter(heads=enrolment).update(expires_at=clock.now())
    sweep()
    connections.close_all()


def main() -> int:
    """Runs it all."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with database("seats"), tempfile.TemporaryDirectory() as folder:
        course, tokens = prepare(options, folder)
        with portal(processes=4) as port:
            call = Caller(port)
            results, answers = press(call, course, tokens, options)
            results += withdraw_and_answer(call, tokens, answers)
            print("    ", manage("audit_seats").strip())
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
