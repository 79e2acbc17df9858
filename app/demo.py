"""The seeded club of `memberbot demo`: a grocer's members and purchases, and a chat page.

The bot takes its updates by webhook over loopback: the answer then rides in the response to the
update, which is the quickest way and the one that a real installation uses.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import socket
import sys
import webbrowser
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from pydantic import SecretStr

from app import demo_club, logs, serving
from app.clock import Move, TimeMachine, Travel
from app.demo_club import Say
from app.failures import Failed
from app.running import Tasks, settle_memory, stop_event
from app.secret_key import NAME as KEY_FILE
from app.secret_key import secret_key
from app.settings import PROGRAMMES, FixedSettings, Settings
from app.web import Site, add_demo, create_app
from app.wiring import Club, guarded_secrets, opened
from sandbox import web as sandbox
from sandbox.world import World

log = logging.getLogger(__name__)
BEGIN = datetime(2018, 1, 2, 9, tzinfo=ZoneInfo("America/New_York"))
FILES = ("memberbot.db", "sandbox.db")
BOT_ID = "1000001"
BOT_NAME = "neighbourhood_fresh_bot"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `memberbot demo` was asked for."""

    port: int
    data: Path
    fresh: bool = False
    everything: bool = False
    browser: bool = True


async def run_demo(
    wanted: Wanted, say: Say = click.echo, stop: asyncio.Event | None = None
) -> None:
    """Makes or reuses the club and serves it until `stop`, which is Ctrl-C if not given."""
    stop = stop or stop_event()
    if wanted.fresh:
        forget(wanted.data)
    try:
        wanted.data.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failed(f"{wanted.data}: {reason}; give another folder with --data") from error
    settings = settings_of(wanted)
    logs.set_up("text", guarded_secrets(settings), logging.WARNING)
    say(f"Opening the club in {wanted.data} …")
    async with AsyncExitStack() as stack:
        club = await stack.enter_async_context(opened(settings, begin_at=BEGIN))
        world = make_world(club)
        site = Site(club)
        app = create_app(site)
        add_demo(app, TimeMachine(club.clock, club.units, _traveller(site)))
        sandbox.add_routes(app, world)
        url = await stack.enter_async_context(serving.listening(app, settings))
        if not await _filled(club, world, wanted, stop, say):
            say("\nStopped; the next start goes on from here.")
            return
        tasks = Tasks(stop)
        await stack.enter_async_context(serving.bot(site, tasks, work=True))
        demo_club.greet(world)
        settle_memory()
        site.started = True
        _welcome(say, club, url)
        if wanted.browser and _has_desktop():
            await asyncio.to_thread(webbrowser.open, url)
        await tasks.until_stopped()
        say("\nStopping …")
    say("The demo has stopped; start it again to go on where you left.")


async def _filled(club: Club, world: World, wanted: Wanted, stop: asyncio.Event, say: Say) -> bool:
    """Fills the club; False if somebody stopped it first."""
    filling = asyncio.create_task(
        demo_club.fill(club, world, wanted.data / "files", everything=wanted.everything, say=say)
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({filling, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not filling.done():
        filling.cancel()
        await asyncio.wait({filling})
        return False
    stopping.cancel()
    await filling
    return True


def _traveller(site: Site) -> Travel:
    async def travel(to: datetime, move: Move) -> None:
        assert site.worker is not None
        await site.worker.travel(to, move)

    return travel


def settings_of(wanted: Wanted) -> Settings:
    """The demo's settings; it looks at no environment, so a real club is never touched."""
    key = secret_key(FixedSettings(data=wanted.data))
    port = wanted.port or free_port()
    root = f"http://127.0.0.1:{port}"
    return FixedSettings(
        data=wanted.data,
        port=port,
        programme=PROGRAMMES / "grocer.yaml",
        telegram_token=SecretStr(f"{BOT_ID}:{_derived(key, 'token')}"),
        telegram_secret=SecretStr(_derived(key, "webhook")),
        telegram_mode="webhook",
        telegram_api_url=f"{root}/botapi",
        public_url=root,
    )


def free_port() -> int:
    """A port that nobody listens on; the bot is told its address before the server starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _derived(key: bytes, purpose: str) -> str:
    return hmac.new(key, f"demo {purpose}".encode(), sha256).hexdigest()[:40]


def make_world(club: Club) -> World:
    """The stand-in's world; it survives a restart beside the club's database."""
    settings = club.settings
    assert settings.telegram_token is not None
    return World(
        [(settings.telegram_token.get_secret_value(), BOT_NAME, "Neighbourhood Fresh")],
        title={"en": "Neighbourhood Fresh", "zh": "邻里鲜会员"},
        note={
            "en": "A grocer's club. Purchases: The Complete Journey, simulated after a real log.",
            "zh": "一家生鲜超市的会员俱乐部。消费数据：The Complete Journey，按真实记录模拟。",
        },
        now=club.clock.now,
        store=settings.data / "sandbox.db",
    )


def forget(data: Path) -> None:
    """Removes the files of an earlier demo and nothing else; raises Failed."""
    if data.exists() and not data.is_dir():
        raise Failed(f"{data} is no folder; give another with --data")
    for name in (*FILES, KEY_FILE):
        for suffix in ("", "-wal", "-shm"):
            (data / (name + suffix)).unlink(missing_ok=True)


def _has_desktop() -> bool:
    """Whether somebody sees windows here; a browser in the terminal would take it from us."""
    windows = sys.platform in ("darwin", "win32")
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.stdout.isatty() and (windows or bool(screen))


def _welcome(say: Say, club: Club, url: str) -> None:
    now = club.clock.now().astimezone(BEGIN.tzinfo)
    say(f"\n  The club is open: {url}\n")
    say(f"  Its clock stands at {now:%A}, {now.day} {now:%B %Y, %H:%M}. Things to try:")
    say("  - Rosa has a year of purchases: ask her points, look at History and Benefits")
    say("  - Nina is no member yet: say hello and join with one tap")
    say("  - Olivia, Carl and 小宋 are staff: /broadcast, /award, /queue; tickets are answered in")
    say("    the topics of Olivia's and 小宋's group; Anna approves what needs a second person")
    say("  - move the clock at the top of the page: 9 January is Rosa's birthday, 17 January")
    say("    小美's, by the Chinese calendar")
    say(f"  - any other command on this club: MEMBERBOT_DATA={club.settings.data} memberbot …\n")
    say("  Ctrl-C stops it; the next start goes on from there.\n")
