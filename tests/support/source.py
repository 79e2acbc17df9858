"""The project's own Python files, parsed once, for the tests that read them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "app",
    "bot",
    "handlers",
    "domain",
    "services",
    "storage",
    "scheduler",
    "templates",
    "console",
    "api",
    "sandbox",
)


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path below the root, with slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        """Its dotted module name."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        """Its text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, filename=self.name)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Give each imported module, as precisely as the statement says, with its line.

        `from bot import messages` counts as `bot.messages`. Imports under TYPE_CHECKING and
        inside functions count as well.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield _precise(node.module, alias.name), node.lineno


@cache
def _precise(module: str, name: str) -> str:
    longer = f"{module}.{name}"
    place = ROOT.joinpath(*longer.split("."))
    return longer if place.with_suffix(".py").exists() or place.is_dir() else module


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """Give the Python files of these folders; without a name, of every package of the product."""
    return tuple(
        Source(path)
        for package in packages or PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    )
