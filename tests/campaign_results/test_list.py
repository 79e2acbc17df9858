"""All campaigns in a list: progress, goal and cost from what is kept, pages, and files of all."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from services import campaign_kept, campaign_listing, campaign_settling
from services.ports.campaigns import Campaign
from storage.tables.club import Audit
from storage.tables.post import File
from storage.work import Work
from templates.sheets import campaigns as sheet
from tests.campaign_results.conftest import BEGAN, CAMPAIGN, Part, campaign
from tests.support.club import NOW, Club
from tests.support.threads import operator

AUDIT = Audit.__table__  # type: ignore[attr-defined]
FILES = File.__table__  # type: ignore[attr-defined]
BOUGHT = ((2, 100_00, 0, "booked"),)
GOAL = {"goal": {"kind": "revenue", "target": 250_00}, "gift": {"points": 20}}


async def some(club: Club, **fields: Any) -> Campaign:
    """Three members, two of whom bought; a goal, a gift and a budget."""
    given = {"plan": GOAL, "budget_minor": 900, "spent_minor": 600, **fields}
    return await campaign(club, [Part(bought=BOUGHT), Part(bought=BOUGHT), Part()], **given)


async def line(club: Club, now: Any = NOW) -> dict[str, Any]:
    page = await club.read(lambda work: campaign_listing.page(work, 0, 0, now))
    [only] = page.lines
    return dict(only)


async def kept(club: Club, now: Any = NOW) -> list[int]:
    found = await club.read(lambda work: campaign_kept.counted(work, now))
    await club.write(lambda work: campaign_kept.keep(work, found, now))
    return [one.campaign_id for one in found]


async def test_a_goal_is_open_missed_or_reached_by_what_is_kept(club: Club) -> None:
    await some(club)
    assert (await line(club))["goal"] == {
        "kind": "revenue",
        "target": {"minor": 250_00, "currency": "CNY"},
        "reached": None,
        "status": "open",
    }
    assert await kept(club) == [CAMPAIGN]
    shown = await line(club)
    assert shown["goal"]["reached"] == {"minor": 200_00, "currency": "CNY"}
    assert shown["goal"]["status"] == "missed"
    assert (await line(club, BEGAN + timedelta(days=2)))["goal"]["status"] == "open"
    assert (shown["sent"], shown["planned"], shown["percent"]) == (3, 3, None)
    assert shown["cost"] == {"minor": 600, "currency": "CNY"}
    assert shown["budget"] == {"minor": 900, "currency": "CNY"}


async def test_the_result_takes_the_place_of_what_was_counted(club: Club) -> None:
    await some(club, plan={**GOAL, "goal": {"kind": "members", "target": 2}})
    await kept(club)
    over = await club.read(lambda work: campaign_settling.counted(work, NOW))
    assert await club.write(lambda work: campaign_settling.settle(work, over, NOW)) == 1
    assert await club.read(lambda work: work.campaign_list.going()) == []
    assert (await line(club))["goal"]["status"] == "reached"
    assert await kept(club) == []


async def test_figures_are_counted_anew_the_seldomer_the_older(club: Club) -> None:
    await some(club)
    assert await kept(club) == [CAMPAIGN]
    for minutes, again in ((60, []), (150, [CAMPAIGN])):
        later = NOW + timedelta(minutes=minutes)  # it began ten days ago
        assert await club.read(lambda work, at=later: campaign_kept.stale(work, at)) == again


async def test_one_on_its_way_shows_how_far_it_is_now(club: Club) -> None:
    going = {"state": "running", "finished_at": None}
    parts = [Part(), Part(state="pending"), Part(state="skipped"), Part(state="pending")]
    await campaign(club, parts, **going)
    shown = await line(club)
    assert (shown["sent"], shown["planned"], shown["percent"]) == (1, 4, 50)
    ann = await operator(club)
    assert "50%, sent 1 of 4" in (await ann.says("/broadcast")).text


async def many(club: Club, count: int) -> None:
    made = await some(club)

    def write(work: Work) -> None:
        for n in range(1, count):
            at = made.made_at - timedelta(minutes=n)
            state = "draft" if n % 2 else "finished"
            begun = None if n % 2 else made.started_at
            one = replace(made, id=n, made_at=at, state=state, name=f"No {n}", started_at=begun)
            work.campaigns.add(replace(one, author_id=72 if n % 4 == 1 else 71))

    await club.write(write)


async def test_pages_hold_all_but_the_drafts_of_others(club: Club) -> None:
    await many(club, 20)
    seen: list[str] = []
    for number in range(9):
        page = await club.read(lambda work, n=number: campaign_listing.page(work, 71, n, NOW))
        if page.page == number:
            seen += [one["id"] for one in page.lines]
    others = [str(n) for n in range(1, 20) if n % 4 != 1]
    assert seen == [str(CAMPAIGN), *others]
    assert page.count == len(seen)


async def test_turning_pages_in_the_chat(club: Club) -> None:
    await many(club, 20)
    ann = await operator(club)
    first = await ann.says("/broadcast")
    assert "(page 1 of 2, 10 in all)" in first.text
    second = await ann.taps("broadcast", "1")
    assert "(page 2 of 2" in second.text
    assert "No 18" in second.text
    back = await ann.taps("broadcast", "0")
    assert back.text == first.text


async def test_a_page_takes_few_statements_whatever_it_shows(club: Club) -> None:
    await many(club, 60)
    counts = []
    for number in (0, 3):
        said: list[str] = []

        def use(work: Work, number: int = number, said: list[str] = said) -> None:
            def heard(_db: Any, _cursor: Any, text: str, *_: Any) -> None:
                said.append(text)

            event.listen(work.db, "before_cursor_execute", heard)
            campaign_listing.page(work, 71, number, NOW)
            event.remove(work.db, "before_cursor_execute", heard)

        await club.read(use)
        counts.append(len(said))
    assert max(counts) <= 6 + campaign_listing.PAGE


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_file_of_all_has_their_key_figures_and_is_noted(
    club: Club, locale: str, form: str
) -> None:
    await many(club, 5)
    ann = await operator(club, locale=locale)
    await ann.says("/broadcast")
    assert (await ann.taps("campaigns.file", form)).key == "outcome.coming"
    file = await club.read(lambda work: work.db.execute(select(FILES)).mappings().one())
    data = json.loads(file["content"])
    assert [one["id"] for one in data["rows"]] == [str(CAMPAIGN), "2", "4"]
    made = sheet.made(club.renderer.words, file["content"], locale)
    if form == "csv":
        head, first, *_ = csv.reader(io.StringIO(made.decode("utf-8-sig")))
        row = dict(zip(sheet.COLUMNS, first, strict=True))
        assert (row["revenue"], row["target"], row["reached"]) == ("200.0", "250.0", "200.0")
        assert (row["sent"], row["buyers"]) == ("3", "2")
        assert row["status"] == {"en": "missed", "zh": "未达成"}[locale]
        assert len(head) == len(set(head))
    else:
        assert made.startswith(b"PK")
    wanted = select(AUDIT.c.detail).where(AUDIT.c.action == "campaign.export")
    noted = await club.read(lambda work: work.db.execute(wanted).scalar_one())
    assert noted == {"what": "list", "form": form}


async def test_nobody_else_sees_the_list_or_takes_it_out(club: Club) -> None:
    await some(club)
    sam = await operator(club, "Sam", "service")
    assert (await sam.says("/broadcast")).key == "general.unknown"
