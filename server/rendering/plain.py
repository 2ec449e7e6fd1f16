"""Values of frozen dataclasses as plain JSON values for the catalogue, and back, whichever release wrote them.

What a later release added is left at its default where an earlier one wrote; what is not known here is passed over.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(made: Any) -> Any:
    """A dataclass of dataclasses, tuples and simple values as mappings, lists and simple values."""
    if is_dataclass(made):
        return {field.name: to_plain(getattr(made, field.name)) for field in fields(made)}
    if isinstance(made, tuple) and any(is_dataclass(item) or isinstance(item, tuple) for item in made):
        return [to_plain(item) for item in made]
    return made


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """The dataclass that `to_plain` wrote."""
    hints = _hints(cast("Hashable", kind))
    return kind(**{name: _read(hints[name], plain[name]) for name in hints.keys() & plain.keys()})


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        if kinds[-1] is Ellipsis:
            kinds = (kinds[0],) * len(plain)
        if all(one in {int, float, str} for one in set(kinds)):
            return tuple(plain)
        return tuple(_read(one, item) for one, item in zip(kinds, plain, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, plain)
    optional = [one for one in get_args(kind) if one is not NoneType]
    return _read(optional[0], plain) if optional else plain
