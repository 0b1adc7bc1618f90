#!/usr/bin/env python3
"""Runs Django's commands; a setting that is wrong is named in one line."""

import os
import sys


def main() -> int:
    """Hands the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from environs import EnvError

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EnvError) as error:
        print(f"Configuration: {error}", file=sys.stderr)  # noqa: T201 - nothing else runs yet
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
