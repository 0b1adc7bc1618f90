"""The web server as it runs: requests a second beside hello's, and the memory of a worker that has served for a while."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from benchmarks import seats
from benchmarks.measuring import Ask, Door
from benchmarks.table import Result
from drills.ground import portal

if TYPE_CHECKING:
    from benchmarks.cast import Cast

FOLDER = Path(__file__).parent
PROCESSES, THREADS = 2, 4
MIXED = [
    "/fa/courses/?v={n}", "/fa/courses/", "/fa/courses/?area=media&v={n}", "/en/courses/?v={n}", "/fa/", "/fa/?v={n}",
    "/api/v1/courses/?v={n}", "/healthz", f"/api/v1/courses/?q={quote_plus('سواد')}&v={{n}}",
    f"/fa/courses/?q={quote_plus('سواد رسانه')}&v={{n}}",
]  # fmt: skip


def wrk(port: int, *paths: str, seconds: int = 3, headers: dict[str, str] | None = None) -> tuple[float, int]:
    """Requests a second on 16 connections, and how many there were."""
    base = f"http://127.0.0.1:{port}"
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s"]
    command += [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    command += ["-s", str(FOLDER / "visitors.lua"), base, "--", *paths] if not headers else [base + paths[0]]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused and int(refused[1]):
        print(f"     {paths[0]}: {refused[1]} answers were no success")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]


def is_possible() -> bool:
    """Whether the generator of load is installed; says so where it is not."""
    found = shutil.which("wrk") is not None
    if not found:
        print("     wrk is not installed: no requests a second, no memory of a worker")
    return found


def rates(cast: Cast, door: Door, rounds: int, folder: str, *, is_postgresql: bool) -> list[Result]:
    """What the server gives out a second, each beside hello in the same round; enrolments beside the bare statement."""
    etag = {"If-None-Match": door.checked(Ask("/fa/courses/"))[0]["ETag"]}
    kinds = {
        "computed": ("/fa/courses/?v={n}", {}, 0.02),
        "kept": ("/fa/courses/", {}, 0.25),
        "304": ("/fa/courses/", etag, 0.3),
    }
    found: dict[str, list[float]] = {name: [] for name in kinds}
    hello, enrolled = [], []
    with portal(PROCESSES, THREADS) as port:
        wrk(port, *MIXED, seconds=2)
        for _ in range(rounds):
            hello.append(wrk(port, "/healthz")[0])
            for name, (path, headers, _goal) in kinds.items():
                found[name].append(wrk(port, path, headers=headers)[0])
            if is_postgresql:
                enrolled.append(seats.through_http(cast, port, seats.bare_rate(16), folder))
    results = [Result("hello through the web server", "rate", hello, "/s", [])]
    results += [
        Result(f"catalogue page, {name}, requests", "rate", found[name], "/s", hello, goal, is_least=True)
        for name, (_path, _headers, goal) in kinds.items()
    ]
    if enrolled:
        ours, limit = (list(column) for column in zip(*enrolled, strict=True))
        results.append(
            Result("enrol over HTTP, hot course, 16 connections", "rate", ours, "/s", limit, 0.25, is_least=True)
        )
    return results


def memory(seconds: int = 20) -> list[Result]:
    """The resident memory of the one worker after mixed requests, and what as many again add."""
    with portal(1, THREADS) as port:
        (server,) = [pid for pid in children(os.getpid()) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text()]
        _, first = wrk(port, *MIXED, seconds=seconds)
        (worker,) = children(server)
        one = resident(worker)
        _, second = wrk(port, *MIXED, seconds=seconds)
        two = resident(worker)
    return [
        Result(f"memory of a web worker after {first} mixed requests", "memory", [one], "MB", [], 130),
        Result(f"memory that {second} more requests add", "memory", [max(0, two - one)], "MB", [], 5),
    ]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]


def resident(pid: int) -> float:
    """Resident memory in megabytes."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024  # type: ignore[index]
