"""Golden operations: what apps of every shipped version send, written once and never changed.

`python -m tests.support.golden` writes the files of versions that have none yet, and notes their
hashes; `tests/contracts/test_golden.py` refuses that one changes, and applies them all (I16).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from server import catalogue
from server.catalogue import Kind

FOLDER = Path(__file__).parents[1] / "vectors" / "golden"
SUMS = FOLDER / "SHA256SUMS"
SCOPE = "commune:c-00004-2025"


def path_of(kind_id: str, version: int) -> Path:
    return FOLDER / f"kind_version_{version}" / f"{kind_id}.json"


def read_all() -> list[dict[str, Any]]:
    """Every golden file, in order."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*/*.json"))]


def sums() -> dict[str, str]:
    """File -> hash, as noted when each was written."""
    lines = SUMS.read_text("utf-8").splitlines() if SUMS.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_missing() -> list[str]:
    """Files for the present version of each kind that has none; returns their names."""
    noted = sums()
    written = []
    for kind in catalogue.kinds().values():
        path = path_of(kind.id, kind.version)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(_golden(kind), ensure_ascii=False, indent=1, sort_keys=True)
            path.write_text(text + "\n", encoding="utf-8")
            name = path.relative_to(FOLDER).as_posix()
            noted[name] = hash_of(path)
            written.append(name)
    lines = [f"{digest}  {name}" for name, digest in sorted(noted.items())]
    SUMS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return written


def _golden(kind: Kind) -> dict[str, Any]:
    """One activity from its first draft to its submission, and one that is withdrawn."""
    make = _Maker(kind)
    text = "note" if "note" in kind.fields else make.text_field()
    before = kind.example.get(text)
    after = {**kind.example, text: "Bổ sung sau khi kiểm tra lại"}
    shown, withdrawn = make.id("shown"), make.id("withdrawn")
    photos = [make.photo(name) for name in ("a", "b")]
    create = make.operation(shown, "create", set=dict(kind.example), add={"evidence": photos})
    edit = make.operation(
        shown, "edit", after=create["id"], set={text: after[text]}, was={text: before},
        remove={"evidence": [photos[1]["sha256"]]},
    )  # fmt: skip
    submit = make.operation(shown, "submit", after=edit["id"])
    second = make.operation(withdrawn, "create", set=dict(kind.example))
    gone = make.operation(withdrawn, "withdraw", after=second["id"])
    return {
        "protocol": 1,
        "kind": kind.id,
        "kind_version": kind.version,
        "operations": [create, edit, submit, second, gone],
        "expected": {
            "versions": [1, 2, 3, 1, 2],
            "activities": {
                shown: {"status": "submitted", "fields": after, "photos": [photos[0]["sha256"]]},
                withdrawn: {"status": "withdrawn", "fields": dict(kind.example), "photos": []},
            },
        },
    }


class _Maker:
    """Ids and envelopes that are the same at every run."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.n = 0

    def id(self, name: str) -> str:
        text = hashlib.sha256(f"{self.kind.id} {self.kind.version} {name}".encode()).hexdigest()
        return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def photo(self, name: str) -> dict[str, Any]:
        sha256 = hashlib.sha256(f"{self.kind.id} photo {name}".encode()).hexdigest()
        return {"sha256": sha256, "size": 120_000, "media_type": "image/jpeg", "width": 1600,
                "height": 1200, "source": "camera"}  # fmt: skip

    def text_field(self) -> str:
        return next(each.id for each in self.kind.fields.values() if each.type == "long_text")

    def operation(self, activity: str, type: str, **members: Any) -> dict[str, Any]:
        self.n += 1
        return {
            "id": self.id(f"operation {self.n}"), "activity": activity, "type": type,
            "scope": SCOPE, "kind": self.kind.id, "kind_version": self.kind.version, "base": None,
            "incarnation": None, "set": {}, "was": {}, "add": {}, "remove": {}, "after": None,
            "n": self.n,
            "captured": {"wall": "2026-11-20T07:01:09+07:00", "monotonic_ms": 1, "boot": "b"},
            **members,
        }  # fmt: skip


if __name__ == "__main__":
    for each in write_missing():
        print(each)
