"""Values of frozen dataclasses as plain JSON values for the catalogue, and back, whichever release wrote them.

What a later release added is left at its default where an earlier one wrote; what is not known here is passed over.
"""

from collections.abc import Callable, Hashable, Mapping
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
    made: T = _reader(cast("Hashable", kind))(plain)
    return made


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What reads a value of this type: made once a type, since a catalogued image may have thousands of frames."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    if get_origin(kind) is tuple:
        return _tuple_reader(get_args(kind))
    optional = [one for one in get_args(kind) if one is not NoneType]
    if optional:
        read = _reader(optional[0])
        return lambda plain: None if plain is None else read(plain)
    return _as_it_is


def _dataclass_reader(kind: type) -> Callable[[Any], Any]:
    readers = [(name, _reader(hint)) for name, hint in get_type_hints(kind).items()]
    return lambda plain: kind(**{name: read(plain[name]) for name, read in readers if name in plain})


def _tuple_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    if kinds[-1] is Ellipsis:
        read = _reader(kinds[0])
        return tuple if read is _as_it_is else lambda plain: tuple([read(item) for item in plain])
    readers = [_reader(one) for one in kinds]
    if all(read is _as_it_is for read in readers):
        return tuple
    return lambda plain: tuple([read(item) for read, item in zip(readers, plain, strict=True)])


def _as_it_is(plain: Any) -> Any:
    return plain
