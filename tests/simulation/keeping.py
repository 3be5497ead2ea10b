"""Copies of drafts in the model server: documents of the account's own feed.

Part of the model server. Not here: what a phone tells (`drafts`).
"""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.drafts import TYPE
from tests.simulation.settling import Settling
from tests.simulation.state import Notice, State, Wire


class Keeping(Settling):
    """Needs what `ModelServer` sets up."""

    def keep_drafts(self, request: Wire) -> None:
        """Keep, replace or drop the request's drafts, and drop those that it took over."""
        if not request.get("drafts") and not request.get("taken"):
            return
        work = self.state.copy()
        device = request["device"]
        scope = f"account:{self.account_of(device).id}"
        for each in request.get("drafts", ()):
            document = self.document_of(device, each["id"])
            if each["body"] is None:
                self._drop(work, document, scope)
            else:
                said = {"id": each["id"], "device": device, "changed_at": each["changed_at"],
                        "draft": each["body"]}  # fmt: skip
                self._put(work, document, scope, said)
        for document in request.get("taken", ()):
            self.drop_taken(work, document, scope)
        self.commit(work, [])

    def document_of(self, device: str, draft: str) -> str:
        return f"{TYPE}:{device}:{draft}"

    def drop_taken(self, work: State, document: str, scope: str) -> None:
        self._drop(work, document, scope)

    def _put(self, work: State, id: str, scope: str, body: Wire) -> None:
        before = work.notices.get(id)
        if before is not None and not before.gone and before.text == body:
            return
        version = 1 if before is None else before.version + 1
        work.notices[id] = Notice(id, scope, version, body, False, TYPE)
        live = None if before is None or before.gone else before.version
        work.stamp(scope, id, live, version)

    def _drop(self, work: State, id: str, scope: str) -> None:
        before = work.notices.get(id)
        if before is None or before.gone or before.scope != scope or before.type != TYPE:
            return
        work.notices[id] = replace(before, gone=True, version=before.version + 1)
        work.stamp(scope, id, before.version, None)
