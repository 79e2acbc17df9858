"""The report on tickets: its figures against an independent count, its card, picture and table."""

import csv
import io
import json
from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from domain.tickets import Ticket, TicketKind, TicketState
from services import ticket_report, ticket_report_plain
from templates.sheets import desk_report

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPANS = {
    **dict.fromkeys(range(5), ((540, 750), (810, 1200))),
    5: ((600, 1080),),
    6: (),
}
"""The hours of the example club, written down once more: minutes of Shanghai's day."""
FREE = {date(2026, 5, day) for day in (1, 2, 3, 4, 5)}
WORKED = {date(2026, 5, 9)}


def opened_minutes(start: datetime, end: datetime) -> int:
    """Counted minute by minute, without a thought."""
    at, count = start.astimezone(SHANGHAI), 0
    while at + timedelta(minutes=1) <= end.astimezone(SHANGHAI):
        spans = () if at.date() in FREE else SPANS[0 if at.date() in WORKED else at.weekday()]
        minute = at.hour * 60 + at.minute
        count += any(begin <= minute < close for begin, close in spans)
        at += timedelta(minutes=1)
    return count


async def filled(desk, *persons) -> list[Ticket]:
    """Sixty tickets of ninety days, of every kind and fate."""
    chance, tickets = Random(6), []
    members = [await one.member_id() for one in persons]
    now = desk.club.clock()

    def use(work):
        for number in range(60):
            at = now - timedelta(minutes=chance.randrange(90 * 24 * 60))
            kind = chance.choice(list(TicketKind))
            answered = at + timedelta(minutes=chance.randrange(60 * 24 * 2))
            done = answered + timedelta(minutes=chance.randrange(60 * 24 * 3))
            fate = chance.randrange(4)
            ticket = Ticket(
                id=work.new_id(),
                number=200_000 + number,
                kind=kind,
                category=chance.choice(["product", "service", "delivery"]),
                member_id=chance.choice(members),
                address_id=None,
                staff_id=None,
                state=TicketState.CLOSED if fate else TicketState.OPEN,
                opened_at=at,
                first_due_at=at + timedelta(hours=chance.choice([1, 24, 48])),
                due_at=None,
                answered_at=min(answered, now) if fate else None,
                done_at=min(done, now) if fate > 1 else None,
                in_time=chance.choice([True, False]) if fate > 1 else None,
                rating=chance.randrange(1, 6) if fate > 2 else None,
                cause_key=chance.choice(["", "product", "staff"]) if fate > 1 else "",
            )
            assert work.tickets.open(ticket, f"filled:{number}")
            tickets.append(ticket)

    await desk.club.write(use)
    return tickets


async def test_the_figures_are_those_of_an_independent_count(desk, mei, anna, olga):
    rosa = await desk.club.person("Rosa").joins()
    tickets = await filled(desk, mei, rosa)
    now = desk.club.clock()
    first, last = date(2026, 4, 21), date(2026, 5, 20)
    found = await desk.club.read(lambda work: ticket_report.report(work, now))
    assert (found.first, found.last) == (first, last)

    def on(one: Ticket) -> date:
        return one.opened_at.astimezone(SHANGHAI).date()

    ours = [one for one in tickets if first <= on(one) <= last]
    owed = [one for one in ours if one.kind != "praise"]
    assert found.now.tickets == len(ours) > 10
    earlier = [one for one in tickets if date(2026, 3, 22) <= on(one) < first]
    assert found.before.tickets == len(earlier) > 10
    for times, ends in (
        (found.now.answer, [(one, one.answered_at) for one in owed if one.answered_at]),
        (found.now.settle, [(one, one.done_at) for one in owed if one.done_at]),
    ):
        minutes = sorted(opened_minutes(one.opened_at, end) for one, end in ends)
        half = minutes[len(minutes) // 2]
        if len(minutes) % 2 == 0:
            half = round((half + minutes[len(minutes) // 2 - 1]) / 2)
        # Counting by minutes may miss the one that the end or a closing cuts through.
        assert abs(times[0] - half) <= 2
        within = next(
            limit for limit in minutes if sum(m <= limit for m in minutes) * 10 >= len(minutes) * 9
        )
        assert abs(times[1] - within) <= 2
    said = [one for one in owed if one.answered_at or one.done_at or one.first_due_at <= now]
    met = [
        one
        for one in said
        if (one.answered_at or one.done_at or now) <= one.first_due_at
        and (one.answered_at or one.done_at)
    ]
    assert found.now.answered_in_time == (len(met), len(said))
    stars = [one.rating for one in ours if one.rating]
    assert (found.now.rated, found.now.content) == (len(stars), sum(s >= 4 for s in stars))
    assert found.now.stars == sum(stars) / len(stars)
    kinds = {group.key: group.figures.tickets for group in found.groups if group.by == "kind"}
    assert kinds == Counter(str(one.kind) for one in ours)
    assert sum(count for _, count in found.weeks) == len(ours)
    causes = Counter(one.cause_key for one in ours if one.cause_key)
    assert {one.key: one.times for one in found.causes} == causes
    since = date(2026, 2, 20)
    again = Counter(
        one.member_id for one in tickets if one.kind == "complaint" and on(one) >= since
    )
    assert sorted(times for _, times in found.repeated) == sorted(
        times for times in again.values() if times > 1
    )


async def test_the_report_reaches_managers_as_card_picture_and_table(desk, mei, anna, olga):
    await filled(desk, mei)
    refused = await anna.says("/queue report")
    assert (refused.key, refused.rows != ()) == ("desk_report.closed", True)
    assert "those who manage the desk" in refused.text
    card = await olga.says("/queue report")
    assert card.key == "desk_report.card"
    assert "Product" in card.text
    assert (await olga.says("queue report")).key == "desk_report.card"
    xiaoli = await desk.club.person("Xiaoli", "zh").joins()
    assert xiaoli is not None
    for form in ("png", "csv"):
        coming = await olga.taps("queue.file", form)
        assert coming.key == "desk_report.coming"
    now = desk.club.clock()
    data = await desk.club.read(lambda w: ticket_report_plain.plain(ticket_report.report(w, now)))
    words = desk.club.renderer.words
    for locale in ("zh", "en"):
        content = json.dumps({**data, "form": "csv"}).encode()
        table = desk_report.made(words, content, locale).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(table)))
        assert rows[2][2] == str(data["now"]["tickets"])
    picture = desk_report.made(words, json.dumps({**data, "form": "png"}).encode(), "zh")
    assert picture.startswith(b"\x89PNG")


async def test_a_club_without_tickets_has_an_empty_report(desk, olga):
    card = await olga.says("/queue report")
    assert "No ratings yet" in card.text


async def test_merged_tickets_are_counted_once(desk, mei, olga):
    tickets = await filled(desk, mei)
    now = desk.club.clock()
    before = await desk.club.read(lambda w: ticket_report.report(w, now).now.tickets)
    newest = max(tickets, key=lambda one: one.opened_at)
    await desk.club.write(
        lambda w: w.tickets.change(newest.id, tuple(TicketState), {"merged_into": tickets[0].id})
    )
    after = await desk.club.read(lambda w: ticket_report.report(w, now).now.tickets)
    assert after == before - 1
