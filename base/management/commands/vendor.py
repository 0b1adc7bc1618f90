"""Fetches what others wrote again, as they published it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess  # nosec B404 - npm alone is run
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

TABLE = "static/vendor/VERSIONS.toml"


class Command(BaseCommand):
    help = "Downloads the packages of static/vendor/VERSIONS.toml with npm and puts their files in place."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Replaces each file by that of the package; subsets of fonts are made by hand and stay."""
        npm = shutil.which("npm")
        if npm is None:
            raise CommandError("install npm first")
        table = tomllib.loads((settings.BASE_DIR / TABLE).read_text(encoding="utf-8"))
        for one in table["vendored"]:
            if "note" in one:
                self.stdout.write(f"{one['name']}: {one['note']}; left as it is")
                continue
            with tempfile.TemporaryDirectory() as folder:
                _unpack(npm, f"{one['npm']}@{one['version']}", Path(folder))
                for path, known in one["sha256"].items():
                    self._place(settings.BASE_DIR / path, Path(folder), known)

    def _place(self, target: Path, folder: Path, known: str) -> None:
        found = min(folder.rglob(target.name), key=lambda path: len(path.parts), default=None)
        if found is None:
            raise CommandError(f"the package has no {target.name}")
        total = hashlib.sha256(found.read_bytes()).hexdigest()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, target)
        self.stdout.write(f"{target.name} {total}{'' if total == known else ' (new: write it into the table)'}")


def _unpack(npm: str, package: str, folder: Path) -> None:
    command = [npm, "pack", "--silent", package]
    done = subprocess.run(  # noqa: S603 # nosec B603 - the packages of our own table
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
