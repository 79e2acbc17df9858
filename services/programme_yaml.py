"""Loads YAML for the club's files: exact numbers, a key given twice is a mistake, and every entry
knows its line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import yaml

Place = tuple[str | int, ...]
"""Where an entry stands: keys, and numbers in lists from 0."""


class Mark(NamedTuple):
    """Line and column in the file, from 1."""

    line: int
    column: int


class _Loader(yaml.SafeLoader):
    """Safe loading with decimals instead of floats; a day that does not exist stays a text."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key.value} is given twice; keep one", key.start_mark
            )
        seen.add(str(key.value))
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal | str:
    try:
        number = Decimal(node.value)
    except InvalidOperation:
        return str(node.value)
    return number if number.is_finite() else str(node.value)


def _day(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError:
        return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


class Document:
    """One YAML document: its content, and where in the text each entry stands."""

    def __init__(self, text: str) -> None:
        """Raises yaml.YAMLError for what is no YAML."""
        loader = _Loader(text)
        try:
            self._root = loader.get_single_node()
            self.content = loader.construct_document(self._root) if self._root else None
        except (ValueError, RecursionError) as error:
            raise yaml.YAMLError(f"holds a value that cannot be read ({error})") from error
        finally:
            loader.dispose()

    def mark(self, place: Place) -> Mark:
        """Where an entry begins; for one that is not there, the section that lacks it."""
        node, found = self._root, Mark(1, 1)
        for part in place:
            step = _step(node, part)
            if step is None:
                break
            begins, node = step
            found = Mark(begins.start_mark.line + 1, begins.start_mark.column + 1)
        return found


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that an entry begins with, and the one of its value; None if it is not there."""
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def broken_at(error: yaml.YAMLError) -> tuple[str, Mark]:
    """What is wrong with a text that is no YAML, in a sentence, and where."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said: Sequence[str] = [
        text for name in ("context", "problem") if (text := getattr(error, name, None))
    ]
    reason = ", ".join(said) or str(error).partition("\n")[0]
    where = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
    return f"cannot be read as YAML: {reason}", where


def load(text: str) -> Any:
    """The content of one YAML document; raises yaml.YAMLError."""
    return Document(text).content
