"""A small `make fault` of tickets: what both sides say arrives, with updates doubled and swapped;
and the check is one that can fail."""

import asyncio
from pathlib import Path

import pytest

from bench import ticket_traffic
from bench.desk_judge import judge, kept

TICKETS, KILLS = 4, 0


@pytest.mark.fault
@pytest.mark.slow
async def test_what_both_sides_say_of_a_ticket_arrives_with_updates_doubled_and_swapped(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'club.db'}"
    run = ticket_traffic.Run("short", TICKETS)
    talks = await ticket_traffic.run(run, url, tmp_path, KILLS, turns=1, calm=2.0)
    assert run.verdict.lines == []
    assert run.verdict.said >= TICKETS * 2
    club = await asyncio.to_thread(kept, url)
    said = talks.spoken[0]
    there = said.ticket.member if said.by_staff else said.ticket.group
    messages = talks.world.chats[talks.bot.id, there].messages
    for number in [n for n, one in messages.items() if said.mark in str(one.body)]:
        del messages[number]
    assert judge(talks, club).wrong["lost"] == 1
    club.times[said.mark] = 2
    assert judge(talks, club).wrong["kept not once"] == 1
