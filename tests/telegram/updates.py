"""Updates as Telegram sends them, made by hypothesis or by hand, for the tests of this folder."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
ACCOUNT = "4242"
SECRET_HALF = "AAF-canary_canary_canary_canary_canary1"
TOKEN = f"{ACCOUNT}:{SECRET_HALF}"

ids = st.integers(1, 2**52)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
some_words = words.filter(bool)
languages = st.sampled_from([None, "zh-hans", "en", "en-GB", "de"])


def user(id: int = 77, **more: Any) -> Json:
    return {"id": id, "is_bot": False, "first_name": "小明", **more}


def private(id: int = 77) -> Json:
    return {"id": id, "type": "private", "first_name": "小明"}


def message(update_id: int = 5, /, **more: Any) -> Json:
    """An update with a message from a person's private chat."""
    body = {"message_id": 9, "date": 1_700_000_000, "from": user(), "chat": private()}
    return {"update_id": update_id, "message": body | more}


def tap(update_id: int = 6, /, **more: Any) -> Json:
    """An update with a tapped button of a text message."""
    shown = {
        "message_id": 31,
        "date": 1_700_000_000,
        "chat": private(),
        "from": {"id": int(ACCOUNT), "is_bot": True, "first_name": "Club"},
        "text": "card",
    }
    query = {"id": "881", "from": user(), "chat_instance": "1", "message": shown, "data": "1x~~~y"}
    return {"update_id": update_id, "callback_query": query | more}


def standing(status: str, chat: Json | None = None) -> Json:
    """An update that says how the bot stands with a person."""
    bot = {"id": int(ACCOUNT), "is_bot": True, "first_name": "Club"}
    after: Json = {"user": bot, "status": status}
    if status == "kicked":
        after["until_date"] = 0
    change = {
        "chat": chat or private(),
        "from": user(),
        "date": 1_700_000_000,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": after,
    }
    return {"update_id": 8, "my_chat_member": change}


def _present(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


users = st.builds(
    lambda id, first, last, lang: _present(
        {
            "id": id,
            "is_bot": False,
            "first_name": first,
            "last_name": last,
            "language_code": lang,
        }
    ),
    ids,
    some_words,
    st.none() | some_words,
    languages,
)
files = st.builds(
    lambda id, name: _present({"file_id": id, "file_unique_id": "u", "file_name": name}),
    some_words,
    st.none() | some_words,
)
photos = st.lists(
    st.builds(
        lambda id, size: {
            "file_id": id,
            "file_unique_id": "u",
            "width": size,
            "height": size,
        },
        some_words,
        st.integers(1, 4000),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda size: size["width"],
)
contents = st.one_of(
    some_words.map(lambda text: {"text": text}),
    st.builds(lambda sizes, caption: {"photo": sizes, "caption": caption}, photos, some_words),
    photos.map(lambda sizes: {"photo": sizes}),
    files.map(lambda file: {"document": file}),
    files.map(
        lambda file: {"voice": {"file_id": file["file_id"], "file_unique_id": "u", "duration": 3}}
    ),
    files.map(lambda file: {"audio": {**file, "duration": 9, "file_size": 77}}),
    files.map(
        lambda file: {
            "animation": {**file, "duration": 3, "width": 1, "height": 1},
            "document": file,
        }
    ),
    files.map(lambda file: {"video": {**file, "duration": 3, "width": 1, "height": 1}}),
    st.builds(
        lambda phone, id: {
            "contact": _present({"phone_number": phone, "first_name": "x", "user_id": id})
        },
        st.from_regex(r"\+?[0-9]{7,15}", fullmatch=True),
        st.none() | ids,
    ),
)


@st.composite
def messages(draw: Any) -> Json:
    sender = draw(users)
    body = {
        "message_id": draw(ids),
        "date": draw(st.integers(1, 2**31)),
        "from": sender,
        "chat": {"id": sender["id"], "type": "private"},
        **draw(contents),
    }
    if draw(st.booleans()) and "contact" in body:
        body["contact"]["user_id"] = sender["id"]
    if draw(st.booleans()):
        body["reply_to_message"] = {"message_id": draw(ids), "date": 1, "chat": body["chat"]}
    return {"update_id": draw(st.integers(0, 2**40)), "message": body}


@st.composite
def taps(draw: Any) -> Json:
    sender = draw(users)
    made = tap(draw(st.integers(0, 2**40)), data=draw(some_words), id=draw(some_words))
    made["callback_query"]["from"] = sender
    made["callback_query"]["message"]["chat"] = {"id": sender["id"], "type": "private"}
    made["callback_query"]["message"]["message_id"] = draw(ids)
    return made


# Anything a hostile or broken sender may put anywhere.
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["private", "member", "kicked", "/points", "\ud800", "a\0b"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for name, inner in parts:
        deeper = (*path, name)
        found += _paths(inner, deeper) if isinstance(inner, dict | list) else [deeper]
    return found


@st.composite
def spoiled(draw: Any) -> Any:
    """An update with some values replaced, removed or added."""
    update = draw(messages() | taps() | st.sampled_from([standing("kicked"), standing("member")]))
    update = _copy(update)
    for _ in range(draw(st.integers(1, 3))):
        paths = _paths(update)
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        place = update
        for name in way:
            place = place[name]
        if draw(st.booleans()) or isinstance(place, list):
            place[last] = draw(junk)
        else:
            del place[last]
    return update


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


hostile = (
    spoiled()
    | junk
    | st.dictionaries(
        st.sampled_from(["update_id", "message", "callback_query", "my_chat_member", "poll"]), junk
    )
)
