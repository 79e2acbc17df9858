"""Hostile updates through the whole stack: nothing crashes, nothing sticks, nobody is met with
silence, and what is well formed is never a dead letter."""

import ast
import asyncio
import json
import os
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.messages import Address
from domain.ledger import Kind
from domain.payments import PRINCIPAL
from domain.points import Unit
from domain.programme import Transfers
from domain.staff import OWNER, permissions
from handlers.routes import FLOWS, ROUTES
from services import audit, expiry, finding, gifting, ledger
from services.ports.till import SessionRow
from storage.tickets import Tickets
from storage.work import Work
from tests.support.source import sources
from tests.whole import absurd
from tests.whole.away import cannot_commit, inbox
from tests.whole.cast import Cast, identities, number_of
from tests.whole.questions import ELSEWHERE, STEPS
from tests.whole.stack import ACCOUNT, Answer, Stack
from tests.whole.updates import Person

pytestmark = pytest.mark.slow
EVERY_TEXT = bool(os.environ.get("MEMBERBOT_EVERY_TEXT"))
"""`make fault` says every text to every question and taps every route with all garbage; a test run
a part of both, another part at each."""
SAMPLES = {"sqlite": 1000, "postgresql": 250}
PARTS = 3  # of the questions, so that no test is the one that all others wait for
WRONG = "went wrong on our side"
GARBAGE: tuple[tuple[str, ...], ...] = (
    (),
    ("",),
    ("0",),
    ("99999999999999999999",),
    ("٣",),
    ("²",),
    ("None", "x", "1.5"),
    ("1", "2", "3", "4"),
)


async def nothing_broke(stack: Stack) -> None:
    """No handler failed, every answer would be taken, and nobody waits in a line."""
    letters = await stack.letters()
    assert [letter for letter in letters if not letter[0].startswith("bad update")] == []
    assert stack.refused == []
    assert not stack.club.dispatch._queues._places


def answered(answer: Answer, what: Any) -> None:
    assert answer.status == 200, what
    assert answer.call, f"silence after {what}"
    assert WRONG not in answer.text, what


# --- broken updates ------------------------------------------------------------------------------


def _samples(person: Person) -> list[dict[str, Any]]:
    """One well-formed update of each kind."""
    picture = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 9}]
    file = {"file_id": "f", "file_unique_id": "u", "file_name": "a.pdf"}
    contact = {"phone_number": "8613800138001", "first_name": "M", "user_id": person.id}
    quoted = {"message_id": 3, "date": 1, "chat": {"id": person.id, "type": "private"}}
    return [
        person.message(text="/points"),
        person.message(text="hello", reply_to_message=quoted),
        person.message(photo=picture, caption="look"),
        person.message(document=file),
        person.message(contact=contact),
        person.tap(person.stack.tap("history", user=person.id)),
        person.standing("kicked"),
        person.standing("member"),
    ]


async def test_broken_updates_are_answered_or_buried(cast: Cast, database_kind: str) -> None:
    chance = random.Random(20260520)
    for number in range(SAMPLES[database_kind]):
        sample = chance.choice(_samples(cast.member if number % 2 else cast.stranger))
        update = absurd.broken(sample, chance)
        answer = await cast.stack.post(update)
        assert answer.status == 200, update
    for raw in absurd.RAW:
        assert (await cast.stack.post(raw)).status == 200, raw[:40]
    await nothing_broke(cast.stack)
    assert await cast.stack.letters(), "nothing was broken enough to be buried"
    await cast.member.wants("address.unblocked")
    answered(await cast.member.says("/points"), "/points")


async def test_unknown_kinds_and_fields_are_passed_over(sqlite_cast: Cast) -> None:
    member, stack = sqlite_cast.member, sqlite_cast.stack
    for kind in ("poll", "edited_message", "channel_post", "inline_query", "from_the_future"):
        update = {"update_id": stack.next_id(), kind: member.message(text="x")["message"]}
        answer = await stack.post(update)
        assert (answer.status, answer.call) == (200, {}), kind
    for content in ("dice", "location", "poll", "from_the_future"):
        assert (await stack.post(member.message(**{content: {"x": 1}}))).status == 200
    answered(await stack.post(member.message(text="/points", new_field=[{"a": 1}])), "new field")
    assert await stack.letters() == []


async def test_forged_deliveries_do_nothing(sqlite_cast: Cast) -> None:
    stack = sqlite_cast.stack
    before = await stack.everything()
    good = "canary-webhook-secret_of-the-whole-stack"
    for secret in ("", "x", good[:-1], good + "x", good.upper(), "é"):
        join = sqlite_cast.stranger.message(text="/start")
        assert (await stack.post(join, secret=secret)).status == 403, secret
    assert await stack.everything() == before


# --- texts ---------------------------------------------------------------------------------------


async def _reach(person: Person, step: str, facts: dict[str, str]) -> None:
    await person.says("/cancel")
    if step.startswith(("bill.", "topup.")):  # an absurd text may have ended it
        await person.stack.write(lambda work: _serves(work, int(facts["victim"])))
    answer = Answer(200, {})
    for what in STEPS[step][1:]:
        what = what.format(**facts)
        if what.startswith("="):
            answer = await person.taps(answer, what[1:])
        elif "." in what and " " not in what and not what[0].isdigit():
            intent, *args = what.split("|")
            answer = await person.wants(intent, *args)
        else:
            answer = await person.says(what)


async def _facts(cast: Cast) -> dict[str, str]:
    first = {table: ids[0] for table, ids in (await identities(cast.stack)).items() if ids}
    victim, member = await cast.victim.member_id(), await cast.member.member_id()
    number = await number_of(cast.victim)
    gift = await cast.stack.write(lambda work: _handed_over(work, victim, member))
    await cast.stack.write(lambda work: _paid_in(work, victim))
    # For a second a process may know the programme of before.
    while not await cast.stack.read(gifting.allowed):  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.05)
    return {
        "gift": str(gift),
        **first,
        "victim": str(victim),
        "member": str(member),
        "number": number,
    }


def _handed_over(work: Work, victim: int, member: int) -> int:
    """Some of the victim's points have expired, and some went to the member by a gift."""
    now = work.shared.clock()
    hours = timedelta(hours=1)
    programme = work.programmes.current()
    if programme.transfers is None:
        more = replace(programme, version=programme.version + 1, transfers=Transfers())
        work.programmes.publish(more, now, None)
    ledger.bonus(work, victim, 30, key="old", source=("event", 1), now=now - hours, expires_at=now)
    expiry.expire(work, victim, now)
    return gifting.give(work, victim, member, 10, key="handed over", now=now).id


def _serves(work: Work, victim: int) -> None:
    """The owner serves the victim at the till."""
    now = work.shared.clock()
    owner = next(one for one in work.staff.all() if one.role == OWNER)
    row = SessionRow(victim, None, now, now + timedelta(minutes=10))
    work.member_codes.open_session(owner.id, row)


def _paid_in(work: Work, victim: int) -> None:
    """The victim has stored value."""
    now = work.shared.clock()
    ledger.give(
        work,
        victim,
        50_000,
        unit=Unit.CREDIT,
        kind=Kind.BONUS,
        key="paid in",
        source=(PRINCIPAL, 1),
        now=now,
    )


async def _stands(person: Person) -> str:
    address = Address("telegram", ACCOUNT, str(person.id), str(person.id))
    talk = (
        await person.stack.read(lambda work: work.conversations.load(address, ""))
    ).conversation
    return f"{talk.flow}.{talk.step}" if talk.flow else ""


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_question_takes_any_text(
    cast: Cast, database_kind: str, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who types so much nonsense would have to wait before looking for the next member.
    monkeypatch.setattr(finding, "MOST_WRONG", 10**6)
    monkeypatch.setattr(finding, "MOST_LOOKS", 10**6)
    monkeypatch.setattr(gifting, "MOST_WRONG", 10**6)
    monkeypatch.setattr(gifting, "MOST_LOOKS", 10**6)
    monkeypatch.setattr(Tickets, "said_since", lambda *_: 0)
    facts, everybody = await _facts(cast), {**vars(cast), **cast.staff}
    apart = (1 if EVERY_TEXT else 3) * (1 if database_kind == "sqlite" else 3)
    for number, (step, (who, *_)) in enumerate(list(STEPS.items())[part::PARTS]):
        person = everybody[who]
        for text in absurd.TEXTS[number % apart :: apart]:
            if await _stands(person) != step:
                await _reach(person, step, facts)
            assert await _stands(person) == step, f"{step} is not reached any more"
            answered(await person.says(text), (step, text, await cast.stack.letters()))
        for update in _samples(person)[2:5]:
            await _reach(person, step, facts)
            answer = await cast.stack.post(update)
            answered(answer, (step, update, await cast.stack.letters()))
    await nothing_broke(cast.stack)


def test_every_question_is_known_here() -> None:
    """Last looks are reached on the way or have no text of their own."""
    steps = {f"{flow.name}.{step.name}" for flow in FLOWS for step in flow.steps}
    last_looks = {"erase.last", "merge.sure", "pairing.sure", "profile.consent"}
    last_looks |= {"stocking.sure", "broadcast.card", "correcting.sure"}
    assert steps - last_looks - ELSEWHERE == set(STEPS) - {""}


# --- taps ----------------------------------------------------------------------------------------


def _only_here() -> set[str]:
    """Intents whose buttons always hold only while the conversation stands where it does."""
    found: dict[str, set[bool]] = {}
    for source in sources("handlers"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Button":
                here = any(word.arg == "here" for word in node.keywords)
                for part in (one for given in node.args[1:2] for one in ast.walk(given)):
                    if isinstance(part, ast.Constant):
                        found.setdefault(str(part.value), set()).add(here)
    return {intent for intent, here in found.items() if here == {True}}


@pytest.mark.parametrize("who", ["stranger", "member", "owner"])
async def test_every_route_can_be_tapped_with_anything(sqlite_cast: Cast, who: str) -> None:
    person = {**vars(sqlite_cast), **sqlite_cast.staff}[who]
    stack, here = sqlite_cast.stack, _only_here()
    apart = 1 if EVERY_TEXT else 3
    for number, route in enumerate(ROUTES):
        turn = 4711 if route.intent in here else 0
        for args in GARBAGE[number % apart :: apart]:
            answer = await person.wants(route.intent, *args, nonce="n", turn=turn)
            answered(answer, (route.intent, args, await stack.letters()))
    await nothing_broke(stack)


async def test_changed_and_borrowed_buttons_do_nothing(sqlite_cast: Cast) -> None:
    stack, member, victim = sqlite_cast.stack, sqlite_cast.member, sqlite_cast.victim
    chance = random.Random(7)
    theirs = [
        stack.tap(route.intent, "1", user=victim.id, nonce="x")
        for route in ROUTES
        if len(route.intent) < 20
    ]
    before = await stack.everything("deliveries")
    for data in theirs:
        answer = await stack.post(member.tap(data))
        assert "expired" in answer.text.casefold() or "button" in answer.text.casefold(), answer
    for _ in range(300):
        data = list(stack.tap("benefit.redeem", "1", user=member.id, nonce="x"))
        place = chance.randrange(len(data))
        other = chance.choice([c for c in "aZ09~|_-.é\ud83d" if c != data[place]])
        data[place : place + chance.randint(0, 1)] = other
        answered(await stack.post(member.tap("".join(data))), data)
    assert await stack.everything("deliveries") == before


async def test_a_replayed_tap_and_a_replayed_update_have_one_effect(cast: Cast) -> None:
    stack, member = cast.stack, cast.member
    coffee = (await identities(stack))["benefits"][-1]
    data = stack.tap("benefit.redeem", coffee, user=member.id, nonce="once")
    update = member.tap(data)
    answers = await asyncio.gather(*(stack.post(update) for _ in range(8)))
    assert len({json.dumps(answer.call) for answer in answers}) == 1
    again = await asyncio.gather(*(stack.post(member.tap(data)) for _ in range(8)))
    assert {answer.status for answer in again} == {200}
    owner = await member.member_id()
    vouchers = (await stack.everything())["vouchers"]
    assert len([row for row in vouchers if str(owner) in row]) == 1
    await nothing_broke(stack)


async def test_nobody_reaches_what_is_anothers(sqlite_cast: Cast) -> None:
    """Every button of a member, made out to every id there is: nothing of the victim's changes
    and nothing of it is shown."""
    stack, here = sqlite_cast.stack, _only_here()
    victim = str(await sqlite_cast.victim.member_id())
    theirs = await _theirs(stack, victim)
    known = {one for found in (await identities(stack)).values() for one in found}
    ids = sorted(one for one in known if any(one in row for row in theirs))
    routes = [r for r in ROUTES if not r.needs and r.intent not in here | SIGNED_ONLY]
    for route in routes:
        for one in ids:
            answer = await sqlite_cast.member.wants(route.intent, one, "5", nonce="n")
            shown = answer.labels()
            leaked = [secret for secret in sqlite_cast.secrets if secret in shown]
            assert not leaked, (route.intent, one, answer)
    assert await _theirs(stack, victim) == theirs
    await nothing_broke(stack)


async def test_a_till_cannot_do_what_is_not_its_own(sqlite_cast: Cast) -> None:
    stack, till = sqlite_cast.stack, sqlite_cast.staff["till"]
    ids = sorted(set((await _facts(sqlite_cast)).values()))
    before = await stack.everything("inbox", "conversations", "addresses", "deliveries")
    apart = 1 if EVERY_TEXT else 4
    for number, route in enumerate(ROUTES):
        if route.needs and route.needs not in permissions("till"):
            for one in ids[number % apart :: apart]:
                answer = await till.wants(route.intent, one, nonce="n")
                assert not [s for s in sqlite_cast.secrets if s in answer.labels()], route
    assert await stack.everything("inbox", "conversations", "addresses", "deliveries") == before


# A membership that a verified phone led to: the button is made and signed only for who has it.
SIGNED_ONLY = {"merge.preview"}


async def _theirs(stack: Stack, victim: str) -> set[str]:
    rows = await stack.everything("inbox", "conversations", "deliveries")
    return {f"{table}: {row}" for table, found in rows.items() for row in found if victim in row}


# --- everything at once --------------------------------------------------------------------------


async def test_a_storm_of_everything_leaves_a_whole_ledger(cast: Cast, database_kind: str) -> None:
    """Everybody does anything at the same time."""
    stack, chance, here = cast.stack, random.Random(99), _only_here()
    ids = [one for found in (await identities(stack)).values() for one in found]
    facts = await _facts(cast)
    steps = [step for step, way in STEPS.items() if not any("=" in part for part in way)]

    async def someone(person: Person) -> None:
        for _ in range(SAMPLES[database_kind] // 20):
            what = chance.random()
            if what < 0.4:
                route = chance.choice(ROUTES)
                turn = 4711 if route.intent in here else 0
                args = tuple(chance.sample(ids, chance.randint(0, 1)))
                answer = await person.wants(route.intent, *args, nonce="n", turn=turn)
            elif what < 0.7:
                answer = await person.says(chance.choice(absurd.TEXTS))
            elif what < 0.9:
                step = chance.choice(steps)
                await _reach(person, step, facts)
                answer = await person.says(chance.choice(("12", "yes", "Otto", facts["number"])))
            else:
                answer = await stack.post(chance.choice(_samples(person)))
            assert answer.status == 200

    async with asyncio.TaskGroup() as group:
        for person in cast.everybody:
            group.create_task(someone(person))
    await nothing_broke(stack)
    proofs = await stack.write(lambda work: list(audit.prove(work)))
    assert [proof.name for proof in proofs if not proof.holds] == []


# --- a database that cannot commit ---------------------------------------------------------------


async def test_updates_come_again_when_nothing_can_be_committed(
    cast: Cast, database_kind: str
) -> None:
    stack, member = cast.stack, cast.member
    update = member.message(text="/cancel")
    before = await stack.inbox()
    async with cannot_commit(stack, database_kind):
        assert (await stack.post(update)).status == 503
        broken = {"update_id": stack.next_id(), "message": 5}
        assert (await stack.post(broken)).status == 503, "even a dead letter has to be kept"
    assert await inbox(stack) == before
    answered(await stack.post(update), update)
    assert await stack.inbox() == before + 1
    await nothing_broke(stack)
