"""Groups over HTTP, for the page, the demo and tests: ``/sandbox/groups…``."""

from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web

from sandbox import groups
from sandbox.errors import ApiError, PersonError
from sandbox.model import Bot, Group
from sandbox.view import group_view
from sandbox.web_common import WORLD, bot_of, person_of, read_json
from sandbox.world import World

Json = dict[str, Any]
T = TypeVar("T")
routes = web.RouteTableDef()

_GROUP = "/sandbox/groups/{group:-\\d+}"
_TOPIC = _GROUP + "/topics/{topic:\\d+}"
_KINDS = ("supergroup", "group")


@routes.get("/sandbox/groups")
async def all_groups(request: web.Request) -> web.Response:
    """All groups of the bot."""
    found = request.app[WORLD].groups(bot_of(request))
    return web.json_response({"groups": [group_view(group) for group in found]})


@routes.post("/sandbox/groups")
async def add_group(request: web.Request) -> web.Response:
    """Makes a group (201)."""
    world, bot = request.app[WORLD], bot_of(request)
    given = await read_json(request)
    kind = _one_of(given, "kind", _KINDS, "supergroup")
    group = Group(
        bot.id,
        _number(given, "id") or groups.free_id(world, kind),
        0,
        started=True,
        title=_text(given, "title"),
        kind=kind,
        forum=bool(given.get("forum", False)) and kind == "supergroup",
        members=_numbers(given, "members"),
        standing=_one_of(given, "standing", groups.STANDINGS, "administrator"),
        rights=_rights(given, groups.RIGHTS),
    )
    groups.add_group(world, bot, group)
    return web.json_response(group_view(group), status=201)


@routes.get(_GROUP)
async def one_group(request: web.Request) -> web.Response:
    """One group."""
    return web.json_response(group_view(_group(request)))


@routes.patch(_GROUP)
async def change_group(request: web.Request) -> web.Response:
    """Changes what the bot is in a group and may do there, or whether it has topics."""
    world, bot, group = request.app[WORLD], bot_of(request), _group(request)
    given = await read_json(request)
    standing = _one_of(given, "standing", groups.STANDINGS, group.standing)
    rights = _rights(given, tuple(group.rights))
    groups.change_standing(world, bot, group, standing, rights, by=_number(given, "by"))
    if "title" in given:
        group.title = _text(given, "title")
        world.keep_chat(group)
    if "forum" in given:
        group = groups.make_forum(world, bot, group, bool(given["forum"]))
    return web.json_response(group_view(group))


@routes.post(_GROUP + "/upgrade")
async def upgrade(request: web.Request) -> web.Response:
    """A plain group becomes a supergroup with a new number."""
    world, bot = request.app[WORLD], bot_of(request)
    return web.json_response(group_view(groups.upgrade(world, bot, _group(request))))


@routes.put(_GROUP + "/members/{person:\\d+}")
async def join(request: web.Request) -> web.Response:
    """A person comes into the group."""
    world, group = request.app[WORLD], _group(request)
    groups.join(world, bot_of(request), group, person_of(request))
    return web.json_response(group_view(group))


@routes.delete(_GROUP + "/members/{person:\\d+}")
async def leave(request: web.Request) -> web.Response:
    """A person leaves the group."""
    world, group = request.app[WORLD], _group(request)
    groups.leave(world, bot_of(request), group, person_of(request))
    return web.json_response(group_view(group))


@routes.post(_GROUP + "/topics")
async def add_topic(request: web.Request) -> web.Response:
    """A person begins a topic (201)."""
    world, bot, group = request.app[WORLD], bot_of(request), _group(request)
    given = await read_json(request)
    name, by = _text(given, "name"), _member(world, group, given)
    _told(lambda: groups.begin_topic(world, bot, group, name, by=by))
    return web.json_response(group_view(group), status=201)


@routes.patch(_TOPIC)
async def change_topic(request: web.Request) -> web.Response:
    """A person renames, closes or reopens a topic."""
    world, bot, group = request.app[WORLD], bot_of(request), _group(request)
    given = await read_json(request)
    by = _member(world, group, given)
    topic = _told(lambda: groups.topic_of(group, int(request.match_info["topic"])))
    if "name" in given:
        name = _text(given, "name")
        _told(lambda: groups.rename_topic(world, bot, group, topic, name, by=by))
    if "closed" in given:
        shut = bool(given["closed"])
        _told(lambda: groups.shut_topic(world, bot, group, topic, shut, by=by))
    return web.json_response(group_view(group))


@routes.delete(_TOPIC)
async def delete_topic(request: web.Request) -> web.Response:
    """A topic goes with all that was said in it; no update tells the bot."""
    group = _group(request)
    topic = _told(lambda: groups.topic_of(group, int(request.match_info["topic"])))
    request.app[WORLD].drop_topic(group, topic)
    return web.json_response(group_view(group))


def _told(action: Callable[[], T]) -> T:
    try:
        return action()
    except ApiError as error:
        raise groups.by_person(error) from error


def _group(request: web.Request) -> Group:
    bot: Bot = bot_of(request)
    return request.app[WORLD].group(bot, int(request.match_info["group"]))


def _member(world: World, group: Group, given: Json) -> int:
    by = _number(given, "by") or group.members[0]
    return world.person(by).id


def _text(given: Json, name: str) -> str:
    text = str(given.get(name, "")).strip()
    if not 1 <= len(text) <= 128:
        raise PersonError(400, f"{name} has 1-128 characters")
    return text


def _number(given: Json, name: str) -> int | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise PersonError(400, f"{name} must be a whole number")
    return value


def _numbers(given: Json, name: str) -> list[int]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise PersonError(400, f"{name} must be a list of whole numbers")
    return list(dict.fromkeys(value))


def _one_of(given: Json, name: str, known: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in known:
        raise PersonError(400, f"{name} must be one of {', '.join(known)}")
    return str(value)


def _rights(given: Json, default: tuple[str, ...]) -> list[str]:
    value = given.get("rights", list(default))
    if not isinstance(value, list) or not set(map(str, value)) <= set(groups.RIGHTS):
        raise PersonError(400, f"rights are some of {', '.join(groups.RIGHTS)}")
    return value
