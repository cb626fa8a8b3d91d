"""Any valid instance of any message, from its annotations and constraints."""

import typing
from collections.abc import Sequence
from datetime import UTC
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from inquest.contracts.message import Message
from pydantic import AwareDatetime, StringConstraints

INT_MAX = 2**63 - 1
TEXT = st.text(max_size=8)
TOKENS = st.from_regex(r"[a-z0-9-]{1,48}", fullmatch=True)
INSTANTS = st.datetimes(timezones=st.just(UTC))


def instances(model: type[Message]) -> st.SearchStrategy[Any]:
    """Return a strategy for instances; fields with a default are sometimes left out."""
    hints = typing.get_type_hints(model, include_extras=True)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        (required if field.is_required() else optional)[name] = _value(hints[name], field.metadata)
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: model(**values))


def _value(hint: Any, limits: Sequence[Any] = ()) -> st.SearchStrategy[Any]:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        named = [limit for one in args[1:] for limit in getattr(one, "metadata", [one])]  # those of a Field, too
        return _value(args[0], [*limits, *named])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, UnionType}:
        return st.one_of([_value(arg, limits) for arg in args])
    if origin in {tuple, list}:
        return st.lists(_value(args[0]), max_size=2).map(origin)
    if origin is dict:
        return st.dictionaries(_value(args[0]), _value(args[1]), max_size=2)
    return _plain(hint, limits)


def _plain(hint: Any, limits: Sequence[Any]) -> st.SearchStrategy[Any]:
    plain = {NoneType: st.none(), AwareDatetime: INSTANTS, bool: st.booleans(), str: _text(limits)}
    if hint in plain:
        return plain[hint]
    if hint not in {int, float}:
        return instances(hint)
    low: Any = next((row.ge if isinstance(row, Ge) else row.gt for row in limits if isinstance(row, Ge | Gt)), None)
    high: Any = next((row.le for row in limits if isinstance(row, Le)), None)
    if hint is float:
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    above = any(isinstance(row, Gt) for row in limits)
    return st.integers(-INT_MAX if low is None else low + above, INT_MAX if high is None else high)


def _text(limits: Sequence[Any]) -> st.SearchStrategy[str]:
    if any(isinstance(row, StringConstraints) or getattr(row, "pattern", None) for row in limits):
        return TOKENS
    shortest = next((row.min_length for row in limits if isinstance(row, MinLen)), 0)
    longest = next((row.max_length for row in limits if isinstance(row, MaxLen)), 8)
    return st.text(min_size=shortest, max_size=min(8, longest))
