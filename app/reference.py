"""Writes what docs/reference tells from the code: settings, commands, messages; and .env.example.

`python -m app.reference` writes, `python -m app.reference --check` only compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from api import reference as api_reference
from app.cli import memberbot
from app.settings import FILE, Settings, env_name, is_secret
from templates import catalogue, contract

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Written by `make docs` from the code; do not edit by hand. -->"


def pages() -> dict[str, str]:
    """Every generated file with its content, by its path below the root."""
    return {
        ".env.example": example(),
        "docs/reference/settings.md": settings_page(),
        "docs/reference/commands.md": commands_page(),
        "docs/reference/messages.md": messages_page(),
        "docs/reference/templates.md": templates_page(),
        "docs/reference/api.md": api_reference.page(),
    }


def example() -> str:
    """The text of `.env.example`: every setting with its meaning, switched off."""
    lines = [
        "# Settings of memberbot. Copy this file to .env and fill in what you need; a line that",
        "# begins with # is off. The environment wins over this file.",
    ]
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        lines += ["", f"# {field.description}", f"# Default: {extra['shown']}."]
        lines.append(f"#{env_name(name)}=")
        if is_secret(field):
            lines.append(f"#{env_name(name)}{FILE}=")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """All settings as one table."""
    lines = [
        "# Settings",
        "",
        MADE,
        "",
        "Settings come from the environment, or from a file `.env` in the working folder; the",
        "environment wins. A secret may stand in a file of its own, named by `…_FILE`. What is",
        "wrong is told at the start, all at once, and by `memberbot check`.",
        "",
        "| name | meaning | default |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        shown = f"`{env_name(name)}`" + (f", `…{FILE}`" if is_secret(field) else "")
        lines.append(
            f"| {shown} | {_cell(str(field.description))} | {_cell(str(extra['shown']))} |"
        )
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The whole command tree with every option."""
    lines = [
        "# Commands",
        "",
        MADE,
        "",
        "Exit codes: 0 done, 1 refused or failed, 2 wrong use. Errors go to stderr, a line each.",
        "",
    ]
    context = click.Context(memberbot, info_name="memberbot", **memberbot.context_settings)
    for name in memberbot.list_commands(context):
        command = memberbot.get_command(context, name)
        assert command is not None
        for title, text in _helps(command, context, name):
            lines += [f"## memberbot {title}", "", "```text", text, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _helps(
    command: click.Command, parent: click.Context, name: str, before: str = ""
) -> Iterator[tuple[str, str]]:
    title = f"{before}{name}"
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=88, max_content_width=88
    )
    yield title, command.get_help(context).rstrip()
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from _helps(found, context, inner, f"{title} ")


def messages_page() -> str:
    """Every message in every language, by noun."""
    lines = [
        "# Messages",
        "",
        MADE,
        "",
        "What the bot says, by message key. The texts are in `templates/zh` and `templates/en`,",
        "one file for each noun; all languages have the same keys.",
    ]
    sources = {language: catalogue.sources(language) for language in catalogue.LANGUAGES}
    noun = ""
    for key in sorted(set().union(*sources.values())):
        if key.partition(".")[0] != noun:
            noun = key.partition(".")[0]
            lines += ["", f"## {noun}"]
        lines += ["", f"### {key}", ""]
        for language in catalogue.LANGUAGES:
            lines += [f"{language}:", "", "```text", sources[language].get(key, ""), "```", ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def templates_page() -> str:
    """The messages that operators may put into their own words, and the values of each."""
    lines = [
        "# Values of messages",
        "",
        MADE,
        "",
        "The messages that can be put into [the club's own words](../how-to/own-words.md), and",
        "what their texts may use. `club`, `point_word` and `points_word` are there in all of",
        "them. A list is gone over with `{% for one in … %}`.",
    ]
    for key, names in contract.titles().items():
        lines += ["", f"## {key}", "", f"{names['zh']}, {names['en']}", ""]
        lines += ["| value | for example |", "|---|---|"]
        lines += [_value(one) for one in contract.places("en", key) if _own(one["name"])]
    lines += ["", "## Campaigns", "", "The text of `/broadcast`.", ""]
    lines += ["| value | for example |", "|---|---|"]
    campaign = contract.places("en", contract.CAMPAIGN)
    lines += [_value(one) for one in campaign if _own(one["name"])]
    return "\n".join(lines) + "\n"


def _own(name: str) -> bool:
    return name not in contract.ALWAYS


def _value(place: Mapping[str, Any]) -> str:
    if place["fields"]:
        fields = ", ".join(f"`one.{field}`" for field in place["fields"])
        return f"| `{place['name']}` | a list; its items have {fields} |"
    return f"| `{place['name']}` | {_cell(str(place['sample']))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def outdated() -> list[str]:
    """The generated files that do not say what the code says."""
    return [
        name
        for name, text in pages().items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]


def main() -> None:
    """Writes or compares."""
    old = outdated()
    if "--check" in sys.argv[1:]:
        for name in old:
            print(f"{name} is out of date; write it anew with: make docs", file=sys.stderr)
        sys.exit(1 if old else 0)
    made = pages()
    for name in old:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(made[name], encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
