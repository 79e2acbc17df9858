"""The demo with a tiny club, running in this process."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from app import demo_club
from app.demo import Wanted, run_demo
from app.demo_data import Files, Person
from tests.app.phones import Phone
from tests.app.processes import free_port

ROSA = demo_club.HOUSEHOLD_IDS + 1023
HEAD = "source,order_id,line,member,phone,email,occurred_at,currency,amount,store,sku,name"


def tiny(folder: Path) -> Files:
    """Three households with a handful of purchases."""
    folder.mkdir(parents=True, exist_ok=True)
    stores, members, purchases = (
        folder / f"{name}.csv" for name in ("stores", "members", "purchases")
    )
    stores.write_text("code,name\nS1,Store 1\n")
    members.write_text(
        "external_id,name,phone,birthday,joined_at,locale\n"
        "1023,Rosa,+12025550104,01-09,2017-01-01,en\n"
        "21,小美,+12125550104,,2017-01-01,zh\n"
        "41,Bob,+12125550106,,2017-01-01,en\n"
    )
    with purchases.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEAD.split(","), "category", "quantity"])
        for number, amount in enumerate(("100.00", "28.00"), 1):
            when = f"2017-12-0{number}T12:00:00"
            row = ["grocer", str(number), 1, "ext:1023", "", "", when, "USD", amount]
            writer.writerow([*row, "S1", "1", "Bread", "BAKERY", 1])
    persons = (
        Person(1023, "Rosa", "en", "+12025550104", "01-09", "2 Adults"),
        Person(21, "小美", "zh-hans", "+12125550104", "", ""),
        Person(41, "Bob", "en", "+12125550106", "", ""),
    )
    return Files(stores, members, purchases, persons, 3, 2)


class Page:
    """The demo's page as somebody uses it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, told: list[str]) -> None:
        self.session = session
        self.url = url
        self.told = told

    def person(self, person_id: int) -> Phone:
        return Phone(self.session, self.url, person_id)

    async def get(self, path: str) -> Any:
        async with self.session.get(self.url + path) as answer:
            return await answer.json()

    async def move_clock(self, to: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        body = {"to": to}
        async with self.session.post(
            self.url + "/demo/clock", json=body, headers=headers
        ) as answer:
            return answer.status, dict(await answer.json())


@asynccontextmanager
async def opened(data: Path, *, fresh: bool = False) -> AsyncIterator[Page]:
    """The demo, running in this process."""
    port, stop, told = free_port(), asyncio.Event(), list[str]()
    wanted = Wanted(port, data, fresh=fresh, browser=False)
    running = asyncio.create_task(run_demo(wanted, told.append, stop))
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(30):
            while not any(url in line for line in told):
                assert not running.done(), running.exception()
                await asyncio.sleep(0.02)
        try:
            yield Page(session, url, told)
        finally:
            stop.set()
            await running
