"""What came out: rows of figures beside their limits and goals, as a table and as a file."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
DECIDES = ("cpu", "queries", "growth")  # of these a missed goal ends in exit code 1; rates are only told


@dataclass
class Result:
    """One operation: its median, the median of its limit, their quotient and what was promised of it.

    `goal` bounds `value`: the quotient, or where there is no limit the figure itself; `is_least` turns it round.
    """

    name: str
    kind: str
    ours: list[float]
    unit: str
    limit: list[float]
    goal: float | None = None
    is_least: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over the limit, paired round by round."""
        if not self.limit:
            return None
        return statistics.median(a / b for a, b in zip(self.ours, self.limit, strict=True) if b)

    @property
    def value(self) -> float:
        """What the goal bounds."""
        return statistics.median(self.ours) if self.ratio is None else self.ratio

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.is_least else self.value <= self.goal

    @property
    def decides(self) -> bool:
        """Whether missing it is a failure."""
        return self.kind in DECIDES

    @property
    def spread(self) -> float:
        """The largest round over the smallest."""
        return max(self.ours) / min(self.ours) if min(self.ours) else 1.0

    def as_json(self) -> dict[str, object]:
        """The row of the result file."""
        limit = statistics.median(self.limit) if self.limit else None
        return {
            "name": self.name, "kind": self.kind, "ours": round(statistics.median(self.ours), 4),
            "limit": limit and round(limit, 4), "unit": self.unit,
            "ratio": self.ratio and round(self.ratio, 4), "goal": self.goal, "met": self.met, "spread": round(self.spread, 2),
        }  # fmt: skip

    def cells(self) -> list[str]:
        """The row of the printed table."""
        sign = "≥" if self.is_least else "≤"
        met = {None: "", True: "yes", False: "NO" if self.decides else "no"}[self.met]
        ours = f"{_figure(statistics.median(self.ours))} {self.unit}"
        if len(self.ours) > 1:
            ours += f" ({_figure(min(self.ours))}..{_figure(max(self.ours))})"
        limit = _figure(statistics.median(self.limit)) if self.limit else ""
        ratio = "" if self.ratio is None else _figure(self.ratio)
        return [self.name, ours, limit, ratio, f"{sign} {self.goal:g}" if self.goal is not None else "", met]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def printed(results: list[Result]) -> str:
    """The table as Markdown."""
    rows = [["operation", "ours", "limit (same run)", "ratio", "goal", "met"], *(one.cells() for one in results)]
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def write(results: list[Result], scale: int, rounds: int, path: Path) -> None:
    """Writes the result file."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    found = {
        "machine": {"cores": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()},
        "commit": commit.stdout.strip(),
        "scale": scale,
        "rounds": rounds,
        "results": [one.as_json() for one in results],
    }
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
