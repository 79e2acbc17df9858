"""The routes of tags, of saved audiences, and of putting one together."""

from typing import Final

from bot.router import Handler, Route
from handlers import audience_builder, audiences, tag_lists, tags
from handlers.audience_parts import AUDIENCE

WRITES: Final = "campaign:write"


def _step(intent: str, handle: Handler) -> Route:
    """A step of putting one together; how many it is then is counted before."""
    return Route(
        intent,
        handle,
        writes=True,
        needs=WRITES,
        counts=audience_builder.next_count,
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route("tags", tags.list_all, needs=WRITES),
    Route("member.tags", tags.show, needs="member:view"),
    Route("tag.add", tags.ask, writes=True, needs="member:view"),
    Route("tag.put", tags.put, writes=True, needs="member:view"),
    Route("tag.take", tags.take, writes=True, needs="member:view"),
    Route("tagging.text", tags.write, writes=True, needs="member:view"),
    Route("tag.list_new", tag_lists.start, writes=True, needs=WRITES),
    Route("tag_list.name", tag_lists.take_name, writes=True, needs=WRITES),
    Route("tag_list.list", tag_lists.take_list, writes=True, needs=WRITES, looks=tag_lists.file),
    Route("tag.dropping", tag_lists.ask_drop, needs=WRITES),
    Route("tag.drop", tag_lists.drop, writes=True, needs=WRITES),
    # saved ones
    Route("audiences", audiences.list_all, needs=WRITES),
    Route("audience.show", audiences.show, needs=WRITES),
    Route(
        "audience.count", audiences.note_count, writes=True, needs=WRITES, counts=audiences.counted
    ),
    Route(
        "audience.change", audiences.change, writes=True, needs=WRITES, counts=audiences.counted
    ),
    Route("audience.follow", audiences.follow, writes=True, needs=WRITES),
    Route("audience.unfollow", audiences.unfollow, writes=True, needs=WRITES),
    Route("audience.ask_tag", audiences.ask_tag, writes=True, needs=WRITES),
    Route("audience.tag", audiences.take_tag, writes=True, needs=WRITES),
    Route("audience.closing", audiences.closing, needs=WRITES),
    Route("audience.close", audiences.close, writes=True, needs=WRITES),
    # putting one together
    Route("audience.new", audience_builder.new, writes=True, needs=WRITES),
    Route("audience.join", audience_builder.join, writes=True, needs=WRITES),
    Route("audience.group", audience_builder.group, writes=True, needs=WRITES),
    Route("audience.fact", audience_builder.fact, writes=True, needs=WRITES),
    Route("audience.window", audience_builder.window, writes=True, needs=WRITES),
    Route("audience.sample", audience_builder.sample, writes=True, needs=WRITES),
    _step("audience.open", audience_builder.open_card),
    _step("audience.card", audience_builder.add),
    _step("audience.number", audience_builder.add),
    _step("audience.pick", audience_builder.add),
    _step("audience.days", audience_builder.add),
    _step("audience.undo", audience_builder.undo),
    Route("audience.ask_name", audiences.ask_name, writes=True, needs=WRITES),
    Route("audience.name", audiences.save, writes=True, needs=WRITES),
    Route("audience.same", audiences.save_same, writes=True, needs=WRITES),
    # for a message to many
    Route("draft.conditions", audiences.by_conditions, writes=True, needs=WRITES),
    Route("draft.saved", audiences.saved_for, writes=True, needs=WRITES),
    Route("draft.one_saved", audiences.use_saved, writes=True, needs=WRITES),
    Route("audience.use", audiences.use, writes=True, needs=WRITES),
    Route("audience.out", audiences.out, writes=True, needs=WRITES),
)
FLOWS: Final = (tags.FLOW, tag_lists.FLOW, AUDIENCE)
