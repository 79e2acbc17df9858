"""A draft as particular members would get it: with their name, in their language, or why not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from domain.members import make_number
from services import campaign_previews, campaigns
from storage.tables.club import Audit
from storage.tables.people import Consent, Member
from storage.work import Work
from tests.flows.hall import trying_here
from tests.flows.staffed import operator
from tests.support.club import NOW, Club, Person
from tests.support.crowds import Soul, settle

AUDIT = Audit.__table__  # type: ignore[attr-defined]
MEMBERS = Member.__table__  # type: ignore[attr-defined]
SOULS = [
    Soul(),
    Soul(locale="zh"),
    Soul(said=(True, False)),
    Soul(chats=((True, "en"),)),
    Soul(state="frozen"),
    Soul(level="gold"),
]


@pytest.fixture
async def olga(club: Club) -> Person:
    """Olga with a draft for everybody of the lowest level, in her own and another language."""
    from app.looking import Looking

    club.dispatch.look = trying_here(Looking(club.album).look)
    await settle(club, SOULS)
    olga = await operator(club, "operator", "Olga", "en")
    await olga.says("/broadcast")
    await olga.taps("draft.new")
    await olga.says("Hello {{ name }}!")
    await olga.taps("draft.levels")
    await olga.taps("draft.level", "0")
    await olga.taps("draft.text", "zh")
    await olga.says("{{ name }}，您好！")
    return olga


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (1, ("Gets this message", "Hello Member 1!", "[ No more offers ]")),
        (2, ("Gets this message", "Member 2，您好！", "[ 退订 ]")),
        (3, ("Will not get it", "has not agreed")),
        (4, ("Will not get it", "cannot be reached")),
        (5, ("Will not get it", "frozen")),
        (6, ("Will not get it", "not among those it goes to")),
    ],
)
async def test_each_sees_their_own_or_why_not(
    club: Club, olga: Person, member: int, said: tuple[str, ...]
) -> None:
    await olga.taps("draft.preview")
    card = await olga.says(make_number(member))
    assert card.key == "campaign_preview.card"
    for words in said:
        assert words in card.text
    wanted = select(AUDIT.c.subject_id).where(AUDIT.c.action == "campaign.preview")
    seen = await club.read(lambda work: work.db.execute(wanted).scalars().all())
    assert str(member) in [str(one) for one in seen]


async def test_another_one_comes_with_each_tap_and_begins_anew(olga: Person) -> None:
    names = []
    card = await olga.taps("draft.preview")
    for _ in range(3):
        names.append(next(n for n in range(1, 7) if f"Member {n}" in card.text))
        card = await olga.taps("draft.preview", str(names[-1]))
    assert names == [1, 2, 1]
    assert (await olga.taps("draft.card")).key == "broadcast.draft"


async def test_by_name_who_gets_it_and_which_of_two(club: Club, olga: Person) -> None:
    await olga.taps("draft.preview")
    assert "Member 2，您好" in (await olga.says("member 2")).text
    same = update(MEMBERS).where(MEMBERS.c.id == 2).values(name="Member 1")
    await club.write(lambda work: work.db.execute(same))
    which = await olga.says("Member 1")
    assert which.key == "campaign_preview.which"
    assert "Member 1，您好" in (await olga.taps("draft.preview_of", "2")).text
    lost = await olga.says("Nobody Atall")
    assert lost.key not in ("campaign_preview.card", "general.unknown")
    assert (await olga.taps("draft.card")).key == "broadcast.draft"


async def test_the_text_and_who_is_held_out_are_those_of_the_sending(
    club: Club, olga: Person
) -> None:
    await olga.taps("draft.card")
    await olga.taps("draft.plan")
    await olga.taps("plan.texts")
    await olga.taps("plan.write", "en")
    await olga.says("Ahoy {{ name }}!")
    await olga.taps("plan.held")
    await olga.taps("plan.hold", "20")
    await settle_more(club)
    await olga.taps("plan.leave")
    [made] = await club.read(lambda work: campaigns.newest(work, 1))

    def fell(work: Work) -> dict[int, Any]:
        found = (campaign_previews.of(work, made.id, n, NOW) for n in range(100, 160))
        return {one.member.id: "held" if one.held else one.letter for one in found}

    before = await club.read(fell)
    assert set(before.values()) == {"A", "B", "held"}
    shown = {}
    await olga.taps("draft.preview")
    for place in ("A", "B", "held"):
        member = next(n for n, where in before.items() if where == place)
        shown[place] = (await olga.says(make_number(member))).text
    for place, words in (("A", ("text A", "Hello")), ("B", ("text B", "Ahoy"))):
        assert all(one in shown[place] for one in words)
    assert "Held out" in shown["held"]
    assert "Hello" not in shown["held"]


async def settle_more(club: Club) -> None:
    """Sixty members more, of the lowest level."""

    def write(work: Work) -> None:
        from tests.support.crowds import _rows

        for n in range(100, 160):
            for table, row in _rows(n, Soul()):
                if table is not Consent or row["given"]:
                    work.db.execute(insert(table.__table__), [row])

    await club.write(write)


async def test_before_anybody_is_chosen_it_asks_for_that(club: Club) -> None:
    from app.looking import Looking

    club.dispatch.look = trying_here(Looking(club.album).look)
    olga = await operator(club, "operator", "Olga", "en")
    await olga.says("/broadcast")
    await olga.taps("draft.new")
    await olga.says("Hello")
    await olga.taps("draft.card")
    asked = await olga.taps("draft.preview")
    assert asked.key == "campaign.audience_missing"
    await olga.taps("draft.card")
    await olga.taps("draft.who")
    await olga.taps("draft.everybody")
    assert (await olga.taps("draft.preview")).key == "campaign_preview.nobody"
