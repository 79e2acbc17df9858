"""``python -m sandbox``: the stand-in alone on a port, for tests and benchmarks."""

import argparse
from pathlib import Path

from aiohttp import web

from sandbox.web import create_app
from sandbox.world import World


def main() -> None:
    """Serves one bot until it is stopped; prints the address when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default="1000001:sandbox")
    parser.add_argument("--username", default="sandbox_bot")
    parser.add_argument("--name", default="Sandbox Bot")
    parser.add_argument("--title", default="Sandbox")
    parser.add_argument("--store", type=Path, help="file that lets the world survive a restart")
    parser.add_argument(
        "--webhook-pace", type=float, default=1.0, help="factor on the waits between deliveries"
    )
    given = parser.parse_args()
    world = World(
        [(given.token, given.username, given.name)],
        title=given.title,
        store=given.store,
        webhook_pace=given.webhook_pace,
    )
    web.run_app(create_app(world), host=given.host, port=given.port, access_log=None)


if __name__ == "__main__":
    main()
