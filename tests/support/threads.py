"""What the tests of benefits, the till, surveys, tickets and events put into a club."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from domain.benefits import Benefit
from domain.events import Event
from domain.surveys import Definition, Option, Question, QuestionKind
from services import ledger
from services.ports.club import Operator
from storage.tables import post
from storage.work import Work
from tests.support.club import Club, Person

COFFEE = Benefit(
    id=0,
    key="coffee",
    kind="gift",
    names={"zh": "咖啡", "en": "Coffee"},
    terms={"zh": "任意门店可用。", "en": "In every store."},
    price=150,
    valid_days=30,
)
RATING = Question("fresh", QuestionKind.RATING, {"zh": "新鲜吗？", "en": "How fresh was it?"})
HOURS = Question(
    "hours",
    QuestionKind.SINGLE,
    {"zh": "何时？", "en": "When?"},
    (
        Option("morning", {"zh": "早上", "en": "In the morning"}),
        Option("evening", {"zh": "晚上", "en": "In the evening"}),
    ),
)
FRESHNESS = Definition(
    key="freshness",
    names={"zh": "新鲜度", "en": "Freshness"},
    questions=(RATING,),
    thanks={"zh": "谢谢您！", "en": "Thanks a lot!"},
    reward=20,
)
TASTING = Event(
    id=0,
    key="tasting",
    names={"zh": "品鉴会", "en": "Tasting"},
    place={"zh": "二楼", "en": "Upstairs"},
    texts={"zh": "尝尝当季。", "en": "Taste the season."},
    zone="Asia/Shanghai",
    starts_at=datetime(2026, 6, 1, 10, 30, tzinfo=UTC),
)


async def offer(club: Club, **changes: Any) -> int:
    """Puts a benefit into the club: a coffee for 150 points, if not said otherwise; its id."""
    benefit = replace(COFFEE, **changes)

    def use(work: Work) -> int:
        work.benefits.save(benefit, repr(benefit), club.clock())
        return next(one.id for one in work.benefits.all() if one.key == benefit.key)

    found: int = await club.write(use)
    return found


async def ask(club: Club, *questions: Question, **changes: Any) -> int:
    """Puts a survey into the club, of one rating if not said otherwise; the id of its wave."""
    definition = replace(FRESHNESS, **{"questions": questions or (RATING,), **changes})

    def use(work: Work) -> int:
        work.surveys.save(definition, club.clock())
        found = work.surveys.by_key(definition.key)
        assert found is not None
        return found.id

    found: int = await club.write(use)
    return found


async def plan(club: Club, **changes: Any) -> int:
    """Puts an event into the club; its id."""
    event = replace(TASTING, **changes)

    def use(work: Work) -> int:
        work.events.save(event, repr(event), club.clock())
        return next(one.id for one in work.events.all() if one.key == event.key)

    found: int = await club.write(use)
    return found


async def operator(
    club: Club, name: str = "Anna", role: str = "owner", locale: str = "en"
) -> Person:
    """Somebody of the staff with a linked chat, who is no member."""
    person = club.person(name, locale)
    await person.says("/help")

    def use(work: Work) -> None:
        state = work.conversations.lock(person.address, locale)
        assert state.person.address_id is not None
        work.addresses.set_locale(state.person.address_id, locale)
        staff = Operator(work.new_id(), name, role, None, None, True)
        assert work.staff.add(staff, club.clock())
        work.staff.link(staff.id, state.person.address_id)

    await club.write(use)
    return person


async def give(club: Club, person: Person, points: int) -> None:
    """Gives a member points beside those of joining."""
    member = await person.member_id()
    key = f"test:{member}:{club.next_update()}"
    await club.write(
        lambda work: ledger.bonus(
            work, member, points, key=key, source=("test", 1), now=club.clock()
        )
    )


async def points(club: Club, person: Person) -> int:
    """What the member can spend."""
    member = await person.member_id()
    has = await club.read(lambda work: work.ledger.summary(member, "points", club.clock()))
    found: int = has.available
    return found


async def deliver(club: Club) -> None:
    """Marks every waiting message as sent, with a message id of its own: `m` and the row's id."""
    rows = post.Delivery.__table__  # type: ignore[attr-defined]

    def use(work: Work) -> None:
        for (row,) in work.db.execute(select(rows.c.id).where(rows.c.message_id.is_(None))).all():
            sent = {"state": "sent", "message_id": f"m{row}"}
            work.db.execute(update(rows).where(rows.c.id == row).values(**sent))

    await club.write(use)


async def last_message(club: Club, person: Person) -> str:
    """The id of the newest message that was delivered to a person."""
    rows = post.Delivery.__table__  # type: ignore[attr-defined]
    wanted = select(rows.c.message_id).where(rows.c.chat == person.user).order_by(rows.c.id.desc())
    found = await club.read(lambda work: work.db.execute(wanted.limit(1)).scalar_one())
    assert isinstance(found, str)
    return found


async def inbox_and_post(club: Club) -> str:
    """All that the database keeps of answers and messages, as one text."""
    from storage.tables import chat

    inbox = chat.Inbox.__table__  # type: ignore[attr-defined]
    rows = post.Delivery.__table__  # type: ignore[attr-defined]

    def use(work: Work) -> str:
        answers = work.db.execute(select(inbox.c.answer)).scalars().all()
        messages = work.db.execute(select(rows.c.message)).scalars().all()
        opened = [work.vault.open(answer) for answer in answers if answer]
        return repr([*opened, *messages])

    found: str = await club.read(use)
    return found


async def files(club: Club) -> list[tuple[str, bytes]]:
    """The files that wait to be sent, oldest first."""
    rows = post.File.__table__  # type: ignore[attr-defined]
    wanted = select(rows.c.name, rows.c.content).order_by(rows.c.id)
    return [
        (name, bytes(content))
        for name, content in await club.read(lambda work: work.db.execute(wanted).all())
    ]
