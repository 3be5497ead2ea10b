"""Strict reading of YAML: no key twice, no key unknown, no type guessed.

Not here: what the keys mean (`building`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_MISSING: Any = object()


class CatalogueError(ValueError):
    """A declaration that cannot be read; says where and what."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class _Loader(yaml.SafeLoader):
    """YAML with the scalars of JSON: null, true, false, whole numbers; all else is text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|)$"), ["n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789")
)


def _mapping_once(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    content: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in content:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        content[key] = loader.construct_object(value_node, deep=True)
    return content


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_once)


def parse_yaml(text: str, where: str) -> Any:
    """The content of `text`. Raises CatalogueError with line and column."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise CatalogueError(where, str(error)) from error


class Reader:
    """A mapping whose keys are taken one by one; `done` refuses what nobody took."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, Mapping):
            raise CatalogueError(where, f"expected a mapping, found {raw!r}")
        self._rest = dict(raw)
        self._known: list[str] = []
        self.where = where

    def error(self, what: str) -> CatalogueError:
        return CatalogueError(self.where, what)

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = _MISSING) -> Any:
        """The value of `key`, of the wanted type; the default where it is missing."""
        self._known.append(key)
        if key not in self._rest:
            if default is _MISSING:
                raise self.error(f"'{key}' is missing")
            return default
        value = self._rest.pop(key)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        is_stray_bool = isinstance(value, bool) and bool not in kinds and object not in kinds
        if not isinstance(value, kinds) or is_stray_bool:
            wanted = " or ".join(each.__name__ for each in kinds)
            raise self.error(f"'{key}' must be {wanted}, found {value!r}")
        return value

    def has(self, key: str) -> bool:
        return key in self._rest

    def inner(self, key: str) -> Reader:
        """The mapping under `key`."""
        return Reader(self.take(key, dict), f"{self.where} {key}")

    def each(self, key: str, *, optional: bool = False) -> Iterator[Reader]:
        """The mappings of the list under `key`."""
        items = self.take(key, list, []) if optional else self.take(key, list)
        for index, item in enumerate(items):
            name = item.get("id", item.get("use", index)) if isinstance(item, dict) else index
            yield Reader(item, f"{self.where} {key}[{name}]")

    def strings(self, key: str, default: Any = _MISSING) -> tuple[str, ...]:
        items = self.take(key, list, default)
        if not all(isinstance(item, str) for item in items):
            raise self.error(f"'{key}' must be a list of texts")
        return tuple(items)

    def done(self) -> None:
        if self._rest:
            unknown = ", ".join(map(repr, sorted(map(str, self._rest))))
            raise self.error(f"unknown {unknown}; known are {', '.join(sorted(self._known))}")
