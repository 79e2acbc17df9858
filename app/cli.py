"""The command `memberbot`: finds the command that is asked for and turns errors into sentences."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
from typing import Any

import click

# name → where it is and what `--help` says about it; modules are loaded when they are needed.
COMMANDS = {
    "demo": ("app.commands.demo:demo", "Start the seeded club with a chat page, no token needed"),
    "serve": ("app.commands.serve:serve", "Run the bot: webhook or polling, API, health"),
    "work": (
        "app.commands.work:work",
        "Do what happens by itself: clock, care, sending",
    ),
    "chat": ("app.commands.chat:chat", "Talk to the bot in this terminal"),
    "check": ("app.commands.check:check", "Find everything that is wrong with this installation"),
    "programme": ("app.commands.programme:programme", "The club's rules as a YAML file"),
    "import": ("app.commands.imports:import_", "Bring in members and purchases from CSV files"),
    "export": ("app.commands.export:export", "Take tables out as CSV files"),
    "audit": ("app.commands.audit:audit", "Prove the ledger: all invariants, each with its count"),
    "store": ("app.commands.store:store", "The shops"),
    "operator": ("app.commands.operator:operator", "The staff, their roles and link codes"),
    "group": ("app.commands.group:group", "The staff's groups where tickets are answered"),
    "member": ("app.commands.member:member", "A member's level: given by hand, and its record"),
    "approvals": ("app.commands.approvals:approvals", "What waits for a second person's yes"),
    "api-key": ("app.commands.api_key:api_key", "Keys for /api/v1"),
    "webhook": ("app.commands.webhook:webhook", "Secrets of shops that push their purchases"),
    "closing": ("app.commands.closing:closing", "The day at the till as an Excel file"),
    "benefit": ("app.commands.benefit:benefit", "What members can have for their points"),
    "orders": ("app.commands.orders:orders", "What has to be made ready and handed over"),
    "partner": ("app.commands.partner:partner", "Firms whose codes members get; settlements"),
    "ticket": ("app.commands.ticket:ticket", "Complaints and questions: how the desk did"),
    "survey": ("app.commands.survey:survey", "Questions to members and their answers"),
    "event": ("app.commands.event:event", "What members are invited to"),
    "insight": ("app.commands.insight:insight", "RFM classes, stages and the pyramid of members"),
    "audience": ("app.commands.audience:audience", "Who is meant: conditions, saved and followed"),
    "campaign": ("app.commands.campaign:campaign", "Messages to many members"),
    "template": ("app.commands.template:template", "The club's own words for messages"),
    "send-due": ("app.commands.send_due:send_due", "Run and send whatever is due, once"),
    "jobs": ("app.commands.jobs:jobs", "What happens by itself, and when it comes next"),
    "hold": ("app.commands.hold:hold", "Stop all sending but service messages"),
    "post": ("app.commands.post:post", "What waits to be sent, what is unclear or failed"),
    "care": ("app.commands.care:care", "Who will get which care in the days to come"),
    "backup": ("app.commands.backup:backup", "Copy the database to a file while the club works"),
    "migrate": ("app.commands.migrate:migrate", "Bring the database to the newest level"),
}


class Lazy(click.Group):
    """A group whose commands are imported one by one."""

    def __init__(self, *args: Any, commands_at: dict[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._at:
            return None
        module, _, name = self._at[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._at.items()])


@click.group(
    cls=Lazy,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="memberbot")
def memberbot() -> None:
    """A brand's member club inside the chat apps its customers already use.

    Start with `memberbot demo`. Settings are read from the environment and from .env; the file
    .env.example lists them all.
    """


def main() -> None:
    """Runs a command. Exit codes: 0 done, 1 refused or failed, 2 wrong use."""
    # Importing makes many objects and no rubbish; `running.run` switches the collector on again.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs a command and returns its exit code; every error is one readable line on stderr."""
    try:
        result = memberbot.main(arguments, prog_name="memberbot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _failed(error)
    return result if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    from app.failures import sentences

    known = sentences(error)
    if known is None:
        logging.getLogger(__name__).exception("this should not have happened")
        known = [f"something went wrong here: {type(error).__name__}; the log above says more"]
    for sentence in known:
        click.echo(f"memberbot: {sentence}", err=True)
    return 1


if __name__ == "__main__":
    main()
