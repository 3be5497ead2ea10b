"""Activities as collaborators report them, for benchmarks: real kinds, changing words and numbers.

Seeded, so that every run packs the same bytes. The photo's placeholder is a picture of that size
encoded as the phone does, since such bytes can't be packed. Not here: sending them.
"""

from __future__ import annotations

import base64
import hashlib
import io
import random
import uuid
from datetime import date, timedelta
from typing import Any

_WORDS = """loa đài truyền thanh xã phường tổ dân phố thôn bản hội viên phụ nữ nông dân
tuyên truyền bảo hiểm y tế hộ gia đình tự nguyện hưu trí mức đóng hỗ trợ ngân sách người tham gia
đại lý thu chiến dịch ra quân cao điểm tháng vận động nhân dân phát tờ rơi nghe hỏi đáp chợ đình
nhà văn hóa trường học trạm y tế sáng chiều tối buổi lần lượt bản tin chính sách mới quyền lợi"""
_TINY = (16, 12)  # as pwa/src/worker/scale.ts makes them, at quality 0.3


class Reporter:
    """Makes operations of one commune, the same ones for the same seed."""

    def __init__(self, scope: str, seed: int = 1) -> None:
        from server import catalogue

        self._scope = scope
        self._random = random.Random(seed)
        self._kinds = list(catalogue.kinds().values())
        self._n = 0
        self._days_ago = 0

    def id(self) -> str:
        """A UUIDv7 with a seeded rest."""
        self._n += 1
        value = (0x019AC000_0000 + self._n) << 80 | self._random.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))

    def create(self) -> dict[str, Any]:
        """A new activity with a photo, complete."""
        kind = self._random.choice(self._kinds)
        self._days_ago = self._random.randrange(300)
        fields = {name: self._changed(kind.fields[name], value)
                  for name, value in kind.example.items()}  # fmt: skip
        return self._operation("create", self.id(), kind, set=fields,
                               add={"evidence": [self.photo()]})  # fmt: skip

    def edit(self, before: dict[str, Any]) -> dict[str, Any]:
        """A change of one text and one number of the activity that `before` made."""
        from server import catalogue

        kind = catalogue.kinds()[before["kind"]]
        names = [
            name
            for name, field in kind.fields.items()
            if field.group is None
            and name in before["set"]
            and field.type in ("text", "long_text", "integer")
        ]
        chosen = self._random.sample(names, min(2, len(names)))
        changed = {name: self._changed(kind.fields[name], before["set"][name]) for name in chosen}
        return self._operation("edit", before["activity"], kind, base=1, after=before["id"],
                               set=changed, was={n: before["set"][n] for n in chosen})  # fmt: skip

    def submit(self, before: dict[str, Any]) -> dict[str, Any]:
        """The submission of what `before` made."""
        from server import catalogue

        kind = catalogue.kinds()[before["kind"]]
        return self._operation("submit", before["activity"], kind, base=1, after=before["id"])

    def photo(self) -> dict[str, Any]:
        """An element of the set `evidence`."""
        noise = self._random.randbytes(16)
        return {
            "sha256": hashlib.sha256(noise).hexdigest(),
            "size": self._random.randrange(150_000, 400_000),
            "media_type": "image/jpeg", "width": 1600, "height": 1200,
            "captured": self._moment(), "source": "camera", "placeholder": self._placeholder(),
        }  # fmt: skip

    def _operation(self, type: str, activity: str, kind: Any, **members: Any) -> dict[str, Any]:
        return {
            "id": self.id(), "activity": activity, "type": type, "scope": self._scope,
            "kind": kind.id, "kind_version": kind.version, "base": None, "incarnation": None,
            "set": {}, "was": {}, "add": {}, "remove": {}, "after": None, "n": self._n,
            "captured": {"wall": self._moment(), "monotonic_ms": self._random.randrange(10**8),
                         "boot": "b0", "beacon": None},
            **members,
        }  # fmt: skip

    def _changed(self, field: Any, value: Any) -> Any:
        if field.type in ("text", "long_text") and not field.options:
            length = max(3, len(str(value)) // 5)
            return " ".join(self._random.choices(_WORDS.split(), k=length))[: field.max_length]
        if field.type == "date":
            return str(date.fromisoformat(value) - timedelta(days=self._days_ago))
        return value

    def _moment(self) -> str:
        day = date(2026, 1, 1) + timedelta(days=self._random.randrange(330))
        return f"{day}T{self._random.randrange(6, 21):02}:{self._random.randrange(60):02}:09+07:00"

    def _placeholder(self) -> str:
        from PIL import Image

        width, height = _TINY
        picture = Image.frombytes("RGB", (4, 3), self._random.randbytes(36)).resize((width, height))
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=30)
        return "data:image/webp;base64," + base64.b64encode(packed.getvalue()).decode()
