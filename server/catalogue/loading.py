"""Reads kinds from YAML, strictly: an unknown key, a missing wording, a condition on a field that
does not exist, or an example that is not complete stops the start with the place of the fault.

YAML is read with JSON's scalars only, so that `17:00` is no number, `no` is no boolean and a date
stays text. Not here: what the words mean (`kind`, `conditions`, `rule_kinds`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.catalogue.building import Shared, build_kind
from server.catalogue.checking import check_kind
from server.catalogue.kind import Kind
from server.catalogue.reader import CatalogueError, Reader, parse_yaml

HERE = Path(__file__).parent


def load_kinds(folder: Path = HERE / "kinds", shared: Path = HERE / "shared") -> dict[str, Kind]:
    """All kinds of a folder by id, in the order in which a phone offers them."""
    common = load_shared(shared)
    kinds = [_load(path, common) for path in sorted(folder.glob("*.yaml"))]
    return {kind.id: kind for kind in sorted(kinds, key=lambda kind: (kind.order, kind.id))}


def load_shared(folder: Path = HERE / "shared") -> Shared:
    """What several kinds have in common: option lists, fields, dated rates."""
    parts = {name: _mapping(folder / f"{name}.yaml") for name in ("options", "fields", "rates")}
    return Shared(**parts)


def kind_from(declaration: Mapping[str, Any], shared: Shared, where: str) -> Kind:
    """One kind from what its file declares. Raises CatalogueError."""
    reader = Reader(declaration, where)
    kind = build_kind(reader, shared)
    check_kind(kind, where)
    return kind


def _load(path: Path, shared: Shared) -> Kind:
    kind = kind_from(_mapping(path), shared, path.name)
    if kind.id != path.stem:
        raise CatalogueError(path.name, f"the id is {kind.id!r}; the file must be {kind.id}.yaml")
    return kind


def _mapping(path: Path) -> dict[str, Any]:
    content = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(content, dict):
        raise CatalogueError(path.name, "the file must be a mapping")
    return content
