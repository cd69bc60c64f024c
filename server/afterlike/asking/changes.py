"""What differs between two versions of a flow, for an admin whose save met a newer one."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One value; None where a version has none."""

    path: str
    before: Any
    after: Any


def differences(before: dict, after: dict) -> list[Difference]:
    """In the order of the older version, what is new behind it."""
    old, new = dict(_flat(before, "")), dict(_flat(after, ""))
    return [Difference(path, old.get(path), new.get(path)) for path in old | new if old.get(path) != new.get(path)]


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Cards and options go by their keys, so that moving one is not a change of all behind it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flat(part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            name = part.get("key", part.get("purpose", place)) if isinstance(part, dict) else place
            yield from _flat(part, f"{path}.{name}")
        if value and isinstance(value[0], dict) and "key" in value[0]:
            yield f"{path} (order)", ", ".join(part["key"] for part in value)
    else:
        yield path, value
