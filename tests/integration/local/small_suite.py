"""A checkout in miniature: the real `deploy/local` and `shared`, and four services that only answer their health."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from deploy.local import places, ports

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ("customers", "contracts", "complaints", "planning")

_SERVICE = """
import http.server, json, os, sys
NAME, KIND = {name!r}, sys.argv[1]
assert os.environ["SHOUWEN_" + NAME.upper() + "_KAFKA"]
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"ready": True, "lag": {{NAME + ".copy": 3}}}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *told): pass
key = "_HTTP_PORT" if KIND == "api" else "_WORKER_PORT"
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["SHOUWEN_" + NAME.upper() + key])), Health).serve_forever()
"""
_MIGRATION = """
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.execute("create table kept (id int)")
"""
_LOADER = """
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["SHOUWEN_VAR"])
assert json.loads((folder / "run.json").read_text())["state"] == "loading"
if os.environ.get("FAIL_THE_LOADER"):
    sys.exit("the customers were refused")
(folder / "sample").mkdir(exist_ok=True)
account = {"account": "hd-clerk", "password": "p", "person_id": "x", "roles": ["unit-clerk"], "department_id": None}
(folder / "sample" / "accounts.json").write_text(json.dumps([account]))
(folder / "sample" / "loaded.json").write_text(json.dumps({"customers": 200}))
"""


class SmallSuite:
    """A tree with a `var/` of its own on free ports; `run` calls its commands as the Makefile does."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "a checkout"
        self.var = self.tree / "var"
        self.base = _free_base()
        self._build()

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`python -m deploy.local …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", *arguments],
            cwd=self.tree,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    def environment(self, **more: str) -> dict[str, str]:
        """Ours without any SHOUWEN_ key, on this suite's ports."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SHOUWEN_")}
        return {**clean, "SHOUWEN_PORT_BASE": str(self.base), "PYTHONPATH": str(self.tree), **more}

    def document(self, name: str) -> Any:
        """One of the JSON files of its `var/`."""
        return json.loads((self.var / name).read_text(encoding="utf-8"))

    def pid(self, name: str) -> int:
        """The process of a component of its latest run."""
        return int(self.document("pids.json")[name]["pid"])

    def processes(self) -> list[str]:
        """Everything alive that belongs to this tree."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or [])
            mine = str(self.tree) in line
            if not mine and ("deploy.local" in line or "-m services." in line):
                try:
                    mine = process.cwd() == str(self.tree)
                except psutil.Error:
                    mine = False
            if mine:
                found.append(line)
        return found

    def _build(self) -> None:
        skip = shutil.ignore_patterns("__pycache__", "sample")
        for part in ("deploy", "shared"):
            shutil.copytree(ROOT / part, self.tree / part, ignore=skip)
        for name in SERVICES:
            migrations = self.tree / "services" / name / "migrations"
            (migrations / "versions").mkdir(parents=True)
            (migrations / "env.py").write_text("from shared.migrating import run\nrun()\n")
            (migrations / "versions" / "0001_kept.py").write_text(_MIGRATION)
            (migrations.parent / "__init__.py").touch()
            (migrations.parent / "__main__.py").write_text(_SERVICE.format(name=name))
        (self.tree / "deploy" / "sample").mkdir()
        (self.tree / "deploy" / "sample" / "__init__.py").touch()
        (self.tree / "deploy" / "sample" / "__main__.py").write_text(_LOADER)
        self.tree.chmod(0o755)
        places.make_folder(self.var)
        (self.var / "cache").symlink_to(places.make_folder(places.cache()))


def _free_base() -> int:
    """A base whose ports are all free; the runner's own are base + 100 to base + 701."""
    while True:
        base = ports.free_ports(1)[0]
        wanted = [base + 100 * n + k for n in range(1, 5) for k in (0, 1)] + [
            base + 500,
            base + 600,
            base + 700,
            base + 701,
        ]
        if all(ports.is_free(port) for port in wanted):
            return base
