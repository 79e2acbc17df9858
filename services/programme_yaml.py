"""Loads YAML for the programme file: exact numbers, and a key given twice is a mistake."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Safe loading with decimals instead of floats."""


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


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def load(text: str) -> Any:
    """The content of one YAML document; raises yaml.YAMLError."""
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with two constructors
