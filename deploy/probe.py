"""Asks the web process on this machine whether it lives; the exit code is the answer."""  # noqa: INP001 - a script

import os
import urllib.request
from urllib.parse import urlsplit

host = urlsplit(os.environ.get("SITE_URL") or "http://127.0.0.1:8000").netloc
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
with urllib.request.urlopen(request, timeout=2):  # noqa: S310 - the address is written here
    pass
