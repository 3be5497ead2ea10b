"""What an operator may set, read once from the environment. `.env.example` explains each.

Not here: settings of the product that a person changes in the console; those are data.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings. `data_dir` exists; `secret_key` is at least 32 characters."""

    data_dir: Path
    database_url: str
    files_url: str
    secret_key: str
    public_url: str
    port: int
    #: Reverse proxies before us whose X-Forwarded-For is believed.
    trusted_proxies: int = 0

    @property
    def is_https(self) -> bool:
        """Whether phones reach us by TLS: then cookies are Secure and bear the __Host- prefix."""
        return self.public_url.startswith("https://")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; make the data folder and the secret key on the first start."""
    data_dir = Path(environment.get("LOA_DATA_DIR", "var")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    port = int(environment.get("PORT", "8000"))
    return Settings(
        data_dir=data_dir,
        database_url=environment.get("LOA_DATABASE_URL", f"sqlite:///{data_dir / 'loa.sqlite3'}"),
        files_url=environment.get("LOA_FILES_URL", str(data_dir / "files")),
        secret_key=_secret_key(environment, data_dir),
        public_url=environment.get("LOA_PUBLIC_URL", f"http://localhost:{port}").rstrip("/"),
        port=port,
        trusted_proxies=int(environment.get("LOA_TRUSTED_PROXIES", "0")),
    )


def _secret_key(environment: Mapping[str, str], data_dir: Path) -> str:
    """The key from the environment, from a named file, or made once in the data folder."""
    if key := environment.get("LOA_SECRET_KEY"):
        return key
    path = Path(environment.get("LOA_SECRET_KEY_FILE", data_dir / "secret_key"))
    try:
        # O_EXCL: two processes starting together must agree on one key
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
