"""`/mydata`: everything the club holds as a file, and leaving for good."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Document, Reply
from handlers import menu
from handlers.turns import Turn, member_id
from services import erasing, insight_reading, mydata

ERASE = Flow("erase", (Step("first"), Step("last")))
KEEP = Button("button.keep_membership", "erase.keep")


def show(turn: Turn) -> Reply:
    """What one can have and do."""
    rows = (
        (Button("button.export", "mydata.export"),),
        (Button("button.erase", "erase.ask"),),
    )
    found = insight_reading.of_member(turn.work, member_id(turn), turn.now)
    return Reply("mydata.shown", {"insight": found}, (*rows, (menu.CARD,)))


def export(turn: Turn) -> Reply:
    """The file, as a further message."""
    name, content = mydata.file(turn.work, member_id(turn), turn.now)
    sent = Reply("mydata.file", {}, document=Document(name, content))
    return Reply("mydata.coming", {}, more=(sent,))


# -- leaving for good -------------------------------------------------------------------


def ask(turn: Turn) -> Reply:
    """What would be lost, and the first of two questions."""
    turn.start(ERASE)
    return first(turn)


def first(turn: Turn) -> Reply:
    """The first question."""
    lost = erasing.losses(turn.work, member_id(turn), turn.now)
    values = {name: getattr(lost, name) for name in erasing.Losses.__dataclass_fields__}
    go_on = Button("button.erase_go_on", "erase.go_on", here=True)
    return Reply("mydata.erase", values, ((KEEP,), (go_on,)))


def go_on(turn: Turn) -> Reply:
    """The second question."""
    if not _running(turn, "first"):
        return Reply("general.expired", {}, menu.main(turn))
    turn.go("last")
    return last(turn)


def last(turn: Turn) -> Reply:
    """The second question, again if something else was typed."""
    gone = Button("button.erase_do", "erase.do", effect=True, here=True)
    return Reply("mydata.sure", {}, ((KEEP,), (gone,)))


def do(turn: Turn) -> Reply:
    """Erases. The conversation goes with the rest, so it is not ended here."""
    if not _running(turn, "last"):
        return Reply("general.expired", {}, menu.main(turn))
    erasing.erase(turn.work, member_id(turn), turn.now)
    return Reply("mydata.erased")


def keep(turn: Turn) -> Reply:
    """Stays."""
    turn.end()
    return Reply("mydata.kept", {}, menu.main(turn))


def _running(turn: Turn, step: str) -> bool:
    talk = turn.conversation
    return talk.active(turn.now) and (talk.flow, talk.step) == (ERASE.name, step)
