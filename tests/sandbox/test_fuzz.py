"""Whatever a bot sends, it gets an answer or a refusal, never a broken stand-in."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox import groups, people
from sandbox.calls import Calls
from sandbox.errors import ApiError
from sandbox.facts import METHODS
from sandbox.messages import as_api
from sandbox.model import Group, Place
from sandbox.view import chat_view
from sandbox.world import World
from tests.sandbox.support import ANN, TOKEN

_TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", "<b>", "</i>", "<a href='", "&#x110000;", "\ud800", "1" * 40, "{}", "[[]]", "null", "@a"]
)
GROUP = -1_000_000_000_001
_NUMBERS = st.integers() | st.sampled_from([ANN, GROUP, 1, 2, -1, 2**63, 10**18])
_SIMPLE = st.none() | st.booleans() | _NUMBERS | st.floats() | _TEXTS
_KEYS = st.sampled_from(
    "text callback_data url inline_keyboard keyboard remove_keyboard force_reply type offset "
    "length chat_id message_id command description request_contact copy_text style media".split()
)
_VALUES = st.recursive(
    _SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)
_TARGETED = {"chat_id": ANN, "message_id": 2, "from_chat_id": ANN, "text": "x", "action": "typing"}


def _world() -> World:
    world = World([(TOKEN, "grocer_bot", "Grocer")])
    ann = world.add_person(ANN, "Ann", phone="+1")
    bot = world.bot_by_name()
    people.write(world, bot, ann, "/start")
    group = Group(bot.id, GROUP, 0, started=True, title="Desk", forum=True, members=[ANN])
    group.rights = list(groups.RIGHTS)
    groups.add_group(world, bot, group)
    return world


async def _body(calls: Calls, method: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        return await calls.run(TOKEN, method, params)
    except ApiError as refused:
        return refused.body()


@given(data=st.data())
def test_any_parameters_are_answered_or_refused(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(sorted(METHODS)))
    names = sorted(METHODS[method].fields)
    params: dict[str, Any] = {k: v for k, v in _TARGETED.items() if k in names}
    if names:
        if "chat_id" in params and data.draw(st.booleans()):
            params["chat_id"] = GROUP
        params |= data.draw(st.dictionaries(st.sampled_from(names), _VALUES, max_size=5))
    params.pop("timeout", None)

    async def run() -> None:
        world = _world()
        calls = Calls(world)
        await calls.run(TOKEN, "sendMessage", {"chat_id": ANN, "text": "first"})
        body = await _body(calls, method, params)
        assert body["ok"] or (body["error_code"] in (400, 403, 404, 409) and body["description"])
        bot, ann = world.bot_by_name(), world.person(ANN)
        chat = world.chat(bot, ann)
        assert chat_view(world, bot, ann)["person"]["id"] == ANN
        assert [as_api(world, bot, message) for message in chat.messages.values()]
        assert chat_view(world, bot, ann, place=Place(GROUP))["group"]["id"] == GROUP
        world.close()

    asyncio.run(run())
