"""What persons do, over HTTP, for the page and for tests: ``/sandbox/persons/…``."""

from typing import Any

from aiohttp import web

from sandbox import people
from sandbox.errors import PersonError
from sandbox.files import Upload
from sandbox.media import KINDS
from sandbox.messages import as_api
from sandbox.model import Message
from sandbox.view import chat_view, person_view
from sandbox.web_common import (
    WORLD,
    bot_of,
    number_of,
    person_of,
    place_of,
    read_json,
    read_parts,
)

Json = dict[str, Any]
routes = web.RouteTableDef()

_PERSON = "/sandbox/persons/{person:\\d+}"
_FIELDS = {
    "id": int,
    "first_name": str,
    "last_name": str,
    "username": str,
    "language_code": str,
    "phone": str,
    "note": str | dict,
    "started": bool,
}


@routes.get("/sandbox/persons")
async def persons(request: web.Request) -> web.Response:
    """All persons, or those in whom ``?q=`` occurs; at most ``?limit=`` of them."""
    world = request.app[WORLD]
    words = request.query.get("q", "").lower().split()
    found = [
        person
        for person in world.persons.values()
        if all(word in " ".join(map(str, vars(person).values())).lower() for word in words)
    ]
    limit = number_of(request, "limit", 100_000)
    shown = [person_view(world, person) for person in found[:limit]]
    return web.json_response({"persons": shown, "count": len(found)})


@routes.post("/sandbox/persons")
async def add_person(request: web.Request) -> web.Response:
    """Creates a person (201)."""
    world = request.app[WORLD]
    given = await _person_facts(request)
    first_name = str(given.pop("first_name", "")).strip()
    if not first_name:
        raise PersonError(400, "a person has a first_name")
    number = given.pop("id", None)
    if number in world.persons:
        raise PersonError(409, f"person {number} exists already")
    person = world.add_person(number, first_name, **given)
    return web.json_response(person_view(world, person), status=201)


async def _person_facts(request: web.Request) -> Json:
    given = await read_json(request)
    for name, value in given.items():
        if name not in _FIELDS or not isinstance(value, _FIELDS[name]):
            raise PersonError(400, f"{name!r} does not describe a person")
    return given


@routes.get(_PERSON)
async def one_person(request: web.Request) -> web.Response:
    """One person."""
    return web.json_response(person_view(request.app[WORLD], person_of(request)))


@routes.patch(_PERSON)
async def change_person(request: web.Request) -> web.Response:
    """Changes what is known about a person: name, language, phone, note."""
    world, person = request.app[WORLD], person_of(request)
    given = await _person_facts(request)
    if not str(given.get("first_name", "x")).strip() or given.keys() & {"id", "started"}:
        raise PersonError(400, "the first name cannot be empty, the id cannot change")
    changed = world.add_person(**{**vars(person), **given})
    return web.json_response(person_view(world, changed))


@routes.get(_PERSON + "/chat")
async def chat(request: web.Request) -> web.Response:
    """The conversation with ``?bot=``, or in the group ``?chat=`` and its ``?topic=``."""
    limit, place = number_of(request, "limit", 200), place_of(request)
    world, person = request.app[WORLD], person_of(request)
    if place.group:
        people.enter(world, bot_of(request), person, place)
    return web.json_response(chat_view(world, bot_of(request), person, limit, place))


@routes.post(_PERSON + "/messages")
async def messages(request: web.Request) -> web.Response:
    """Sends a text, a contact, or (multipart) a file or an album (201)."""
    multipart = request.content_type == "multipart/form-data"
    message = await (_send_upload(request) if multipart else _send_json(request))
    return _sent(request, message, 201)


def _sent(request: web.Request, message: Message, status: int) -> web.Response:
    shown = as_api(request.app[WORLD], bot_of(request), message)
    return web.json_response(shown, status=status)


async def _send_json(request: web.Request) -> Message:
    world, bot, person = request.app[WORLD], bot_of(request), person_of(request)
    given = await read_json(request)
    if "contact" in given:
        own = given["contact"] in (True, "own", None)
        if not own and not isinstance(given["contact"], dict):
            raise PersonError(400, 'contact is "own" or an object')
        return people.share_contact(world, bot, person, None if own else given["contact"])
    text, reply_to = given.get("text"), given.get("reply_to")
    if not isinstance(text, str) or not isinstance(reply_to, int | None):
        raise PersonError(400, 'a message is {"text": …} or {"contact": …}')
    return people.write(world, bot, person, text, reply_to, place_of(request))


async def _send_upload(request: web.Request) -> Message:
    world, bot, person = request.app[WORLD], bot_of(request), person_of(request)
    parts = await read_parts(request)
    form = {name: value for name, value in parts if isinstance(value, str)}
    files = [(n, value) for n, value in parts if n in KINDS and isinstance(value, Upload)]
    if not files:
        raise PersonError(400, f"the form has none of {', '.join(KINDS)}")
    sent = people.send_files(
        world,
        bot,
        person,
        files,
        caption=form.get("caption", ""),
        duration=_number(form, "duration") or 0,
        reply_to=_number(form, "reply_to"),
        place=place_of(request),
    )
    return sent[-1]


def _number(form: dict[str, str], name: str) -> int | None:
    given = form.get(name, "")
    if given and not (given.isascii() and given.isdecimal()):
        raise PersonError(400, f"{name} must be a whole number")
    return int(given) if given else None


_MESSAGE = _PERSON + "/messages/{message:\\d+}"


@routes.post(_MESSAGE)
async def edit(request: web.Request) -> web.Response:
    """Changes an own text, or what stands under an own file."""
    text = (await read_json(request)).get("text")
    if not isinstance(text, str):
        raise PersonError(400, "an edit has a text")
    message_id = int(request.match_info["message"])
    world, bot, person = request.app[WORLD], bot_of(request), person_of(request)
    message = people.edit(world, bot, person, message_id, text, place_of(request))
    return _sent(request, message, 200)


@routes.delete(_MESSAGE)
async def delete(request: web.Request) -> web.Response:
    """Deletes an own message for everybody."""
    message_id = int(request.match_info["message"])
    world, bot, person = request.app[WORLD], bot_of(request), person_of(request)
    people.delete(world, bot, person, message_id, place_of(request))
    return web.json_response({"deleted": message_id})


@routes.post(_PERSON + "/taps")
async def taps(request: web.Request) -> web.Response:
    """Taps an inline button (201 with the query's id)."""
    given = await read_json(request)
    message_id, data = given.get("message_id"), given.get("data")
    if not isinstance(message_id, int) or not isinstance(data, str):
        raise PersonError(400, "a tap has message_id and data")
    query = people.tap(
        request.app[WORLD],
        bot_of(request),
        person_of(request),
        message_id,
        data,
        force=bool(given.get("force")),
        place=place_of(request),
    )
    return web.json_response({"query": query.id}, status=201)


@routes.post(_PERSON + "/block")
async def block(request: web.Request) -> web.Response:
    """Blocks the bot."""
    world, person = request.app[WORLD], person_of(request)
    people.block(world, bot_of(request), person)
    return web.json_response(person_view(world, person))


@routes.post(_PERSON + "/unblock")
async def unblock(request: web.Request) -> web.Response:
    """Unblocks the bot."""
    world, person = request.app[WORLD], person_of(request)
    people.unblock(world, bot_of(request), person)
    return web.json_response(person_view(world, person))
