"""The notation of the fact tables: one line per field, parsed into fields and methods.

``name: Type | Type``; ``!`` marks a required field, ``[1-4096]`` its length or range, ``~`` one
that is accepted and type-checked but has no effect in the stand-in.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"(?P<name>\w+)(?P<required>!?): (?P<types>[\w |]+?)"
    r"(?: \[(?P<least>\d+)-(?P<most>\d+)\])?(?P<idle> ~)?$"
)


@dataclass(frozen=True)
class Field:
    """A parameter of a method or a field of a type; ``shown`` is False for one without effect."""

    name: str
    types: tuple[str, ...]
    required: bool
    shown: bool
    least: int | None
    most: int | None


@dataclass(frozen=True)
class Method:
    """A served method: its name, the type of its result and its parameters by name."""

    name: str
    returns: str
    fields: dict[str, Field]


def _field(line: str) -> Field:
    match = _LINE.match(line)
    if match is None:
        raise ValueError(f"not a fact: {line!r}")
    least, most = match["least"], match["most"]
    return Field(
        name=match["name"],
        types=tuple(match["types"].split(" | ")),
        required=bool(match["required"]),
        shown=not match["idle"],
        least=int(least) if least else None,
        most=int(most) if most else None,
    )


def fields_of(*tables: str) -> dict[str, Field]:
    """The fields of one or several tables by name."""
    lines = [line.strip() for table in tables for line in table.splitlines()]
    found = [_field(line) for line in lines if line]
    return {field.name: field for field in found}


def method_of(signature: str, *tables: str) -> Method:
    """A method by ``name -> Type`` and the tables of its parameters."""
    name, returns = signature.split(" -> ")
    return Method(name, returns, fields_of(*tables))
