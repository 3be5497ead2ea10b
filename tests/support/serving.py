"""A real server in a process of its own: `loa serve` over a data folder, for journeys and loads."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOA = Path(sys.executable).parent / "loa"


@dataclass
class Server:
    """One installation: its folder, its address, and the `loa` command over it."""

    folder: Path
    database_url: str | None = None
    port: int = field(default_factory=lambda: free_port())

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        found = {
            **os.environ,
            "LOA_DATA_DIR": str(self.folder),
            "LOA_SECRET_KEY": "j" * 48,
            "LOA_PUBLIC_URL": self.url,
            "PORT": str(self.port),
        }
        if self.database_url:
            found["LOA_DATABASE_URL"] = self.database_url
        return found

    def loa(self, *arguments: str, stdin: str | None = None) -> Any:
        """Run `loa …`; with --json among the arguments, its document."""
        done = subprocess.run(
            [LOA, *arguments], env=self.environment, cwd=ROOT, text=True, input=stdin,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    def add_account(self, role: str, unit: str, name: str, **sign_in: str) -> dict[str, Any]:
        """An account by the command that administrators use."""
        arguments = ["accounts", "add", "--role", role, "--unit", unit, "--name", name, "--json"]
        if sign_in:
            arguments += ["--username", sign_in["username"], "--password-stdin"]
        found: dict[str, Any] = self.loa(*arguments, stdin=sign_in.get("password"))
        return found

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[Server]:
        """Serve until the block ends."""
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [LOA, "serve", "--host", "127.0.0.1", "--port", str(self.port), *arguments],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            self._wait(process)
            yield self
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert process.poll() is None, (self.folder / "server.log").read_text()[-3000:]
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).close()
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "server.log").read_text()[-3000:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
