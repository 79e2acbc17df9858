"""The export holds everything about the member, opened and readable, and nothing of others."""

import json

from domain.tickets import TicketKind
from services import merging, mydata, profiles, purchases, tickets
from services.ports.club import Actor, Operator
from services.tickets import Opening, Words
from storage.work import Work
from tests.membership.support import OWNER, PHONE, address, buys, member
from tests.membership.test_erasing import busy_member
from tests.support.club import NOW, Club


async def test_profile_points_purchases_and_talk_are_exported(club: Club) -> None:
    mei, me = await busy_member(club)
    name, content = await club.read(lambda w: mydata.file(w, me, NOW))
    told = json.loads(content)
    [membership] = told["membership"]
    assert name.endswith("-2026-05-20.json")
    assert membership["phone"] == "+8613987650321"
    assert membership["email"] == "Kanarienvogel@example.com"
    assert told["addresses"][0]["user"] == mei.user
    assert {one["kind"] for one in told["points"]} >= {"bonus", "earned", "adjusted"}
    assert {one["order_id"] for one in told["purchases"]} == {"A-2"}
    empty = {name for name, rows in told.items() if rows == []}
    assert empty & {"tickets", "ticket_messages", "surveys", "survey_answers"} == set()
    assert empty & {"consents", "club_rules_accepted", "lots", "purchase_lines"} == set()
    assert any("purchase.booked" in json.dumps(one) for one in told["messages"])


async def test_hashes_and_keys_are_not_exported(club: Club) -> None:
    _, me = await busy_member(club)
    told = await club.read(lambda w: mydata.export(w, me, NOW))
    shown = {
        column
        for rows in told.values()
        if isinstance(rows, list)
        for row in rows
        for column in row
    }
    assert shown & {"phone_index", "email_index", "hash", "content_hash", "code_index"} == set()


async def test_nothing_of_others_is_exported(club: Club) -> None:
    mei = await member(club, name="Mei")
    other = await member(club, name="Somebody Else", phone=PHONE)
    await address(club, other.id)
    await buys(club, mei, "A-1")
    await buys(club, other, "B-1")
    _, content = await club.read(lambda w: mydata.file(w, mei.id, NOW))
    assert b"A-1" in content
    assert b"B-1" not in content
    assert b"Somebody" not in content


async def test_what_staff_keep_among_themselves_is_not_exported(club: Club) -> None:
    mei = await club.person("Mei").joins()
    me, anna = await mei.member_id(), Actor("Anna", 7)

    def use(work: Work) -> None:
        work.staff.add(Operator(7, "Anna", "service", None, None, True), NOW)
        opening = Opening(TicketKind.COMPLAINT, "product", Words("The milk was sour"))
        ticket = tickets.open_ticket(work, me, opening, key="t", now=NOW)
        tickets.note(work, ticket.id, Words("A known liar"), anna, key="n", now=NOW)
        tickets.set_priority(work, ticket.id, 2, anna, NOW)
        tickets.say(work, ticket.id, Words("So sorry!"), anna, key="s", now=NOW)
        tickets.resolve(work, ticket.id, anna, "other", "A liar again", "Look closer", NOW)

    await club.write(use)
    told = await club.read(lambda w: mydata.export(w, me, NOW))
    found = [(one["author"], one["text"]) for one in told["ticket_messages"]]
    assert found == [
        ("member", "The milk was sour"),
        ("staff", "So sorry!"),
        ("event", "assigned|Anna"),
        ("event", "resolved"),
    ]
    assert "iar" not in str(told)
    columns = {column for one in told["tickets"] + told["ticket_messages"] for column in one}
    inner = {"cause", "cause_key", "improvement", "staff_id", "opened_by", "chat", "message"}
    assert columns & inner == set()


async def test_a_merged_membership_is_part_of_the_export(club: Club) -> None:
    old = await member(club, days_ago=400)
    new = await member(club, name="小王")
    await buys(club, new, "B-1")
    await club.write(lambda w: merging.merge(w, old.id, new.id, OWNER, NOW))
    told = await club.read(lambda w: mydata.export(w, old.id, NOW))
    assert {one["id"] for one in told["membership"]} == {str(old.id), str(new.id)}
    assert [one["order_id"] for one in told["purchases"]] == ["B-1"]
    assert sum(one["amount"] for one in told["points"]) == 100


async def test_a_profile_of_every_kind_can_be_written_as_json(club: Club) -> None:
    one = await member(club)
    await club.write(lambda w: profiles.tell_name(w, one.id, "Ünïcode 王 😀", NOW))
    bought = await buys(club, one, "A-1")
    await club.write(
        lambda w: purchases.void(w, bought.purchase.id, reason="x", actor=OWNER, now=NOW)
    )
    _, content = await club.read(lambda w: mydata.file(w, one.id, NOW))
    assert "Ünïcode 王 😀" in content.decode()
