"""The routes of the staff's side of tickets: the queue, one ticket, and the staff's groups."""

from collections.abc import Callable
from functools import partial

from bot.flow import Flow
from bot.router import Route
from handlers import (
    calling,
    queue,
    queue_answers,
    queue_resolving,
    queue_steps,
    staff_group,
)

ANSWER = "ticket:answer"
MANAGE = "ticket:manage"
_reads: Callable[..., Route] = partial(Route, needs=ANSWER, groups=True)
_writes: Callable[..., Route] = partial(Route, needs=ANSWER, groups=True, writes=True)
_manages: Callable[..., Route] = partial(Route, needs=MANAGE, groups=True, writes=True)

ROUTES: tuple[Route, ...] = (
    _reads("queue", queue.show),
    _reads("ticket.open", queue.open_one),
    _reads("desk.history", queue.history),
    _reads("desk.files", queue.files),
    # answers and notes
    _writes("ticket.take", queue_answers.take),
    _writes("ticket.reply", queue_answers.ask),
    _writes("answering.text", queue_answers.write),
    _writes("answering.rest", queue_answers.rest),
    _writes("answering.over", queue_answers.waiting),
    _writes("desk.over", queue_answers.over),
    _writes("desk.drop", queue_answers.drop),
    _writes("desk.note", queue_answers.note),
    _writes("noting.text", queue_answers.note_write),
    _writes("noted.rest", queue_answers.waiting),
    _reads("desk.ready", queue_answers.ready),
    _reads("desk.ready_show", queue_answers.ready_show),
    _writes("desk.ready_send", queue_answers.ready_send),
    _writes("desk.ready_change", queue_answers.ready_change),
    # steps
    _reads("desk.more", queue_steps.more),
    _reads("desk.assign", queue_steps.assign),
    _writes("desk.to", queue_steps.to),
    _writes("desk.release", queue_steps.release),
    _reads("desk.priority", queue_steps.priority),
    _writes("desk.urgency", queue_steps.urgency),
    _reads("desk.category", queue_steps.category),
    _writes("desk.about", queue_steps.about),
    _manages("desk.merge", queue_steps.merge),
    _manages("desk.into", queue_steps.into),
    _manages("merging.number", queue_steps.merge_typed),
    _writes("desk.reopen", queue_steps.reopen),
    # settling, with cause and improvement
    _writes("ticket.resolve", queue_resolving.start),
    _writes("resolving.cause", queue_resolving.typed),
    _writes("desk.cause", queue_resolving.cause),
    _writes("resolving.words", queue_resolving.words),
    _writes("desk.no_words", queue_resolving.no_words),
    _writes("resolving.improvement", queue_resolving.improvement),
    _writes("desk.settle", queue_resolving.settle),
    # for callers
    Route("desk.call", calling.start, writes=True, needs=ANSWER),
    Route("calling.kind", calling.again, writes=True, needs=ANSWER),
    Route("calling.category", calling.again, writes=True, needs=ANSWER),
    Route("desk.kind", calling.kind, writes=True, needs=ANSWER),
    Route("desk.about_call", calling.category, writes=True, needs=ANSWER),
    Route("calling.text", calling.write, writes=True, needs=ANSWER),
    # the group
    _manages("desk", staff_group.desk),
    Route("group.said", staff_group.said, writes=True, anyone=True),
    Route("group.changed", staff_group.changed, writes=True, anyone=True),
    Route("unsupported", staff_group.unsupported, anyone=True),
)

FLOWS: tuple[Flow, ...] = (
    queue_answers.ANSWERING,
    queue_answers.NOTING,
    queue_answers.NOTED,
    queue_resolving.RESOLVING,
    queue_steps.MERGING,
    calling.CALLING,
)
