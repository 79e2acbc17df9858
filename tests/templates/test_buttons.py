"""Every button that handlers make fits into the 64 bytes that a platform carries."""

import ast
from collections.abc import Iterator

import pytest

from bot.actions import LIMIT, Action, Signer
from tests.support.source import sources

ID, KEY, WORD = 19, 40, 12  # the longest id, key of a programme, and word of ours
ENDS = (".id", "_id", "member", "before", "+ 1")
NONCE, VERSION = "n" * 8, 99_999


def _buttons() -> Iterator[tuple[str, ast.Call]]:
    for source in sources("handlers"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "Button" and len(node.args) > 1:
                yield f"{source.name}:{node.lineno}", node


def _longest(node: ast.expr) -> int:
    """How long a part of a button can become."""
    if isinstance(node, ast.Constant):
        return len(str(node.value))
    if isinstance(node, ast.IfExp):
        return max(_longest(node.body), _longest(node.orelse))
    if isinstance(node, ast.Attribute) and node.attr == "key":
        return KEY
    return ID if _is_id(node) else WORD


def _is_id(node: ast.expr) -> bool:
    """`str(something.id)` and the like."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
        return False
    return node.func.id == "str" and ast.unparse(node.args[0]).endswith(ENDS)


def _size(call: ast.Call) -> int:
    given = {word.arg: word.value for word in call.keywords}
    args = call.args[2] if len(call.args) > 2 else given.get("args")
    parts = [_longest(part) for part in args.elts] if isinstance(args, ast.Tuple) else []
    nonce = NONCE if "effect" in given else ""
    turn = VERSION if "here" in given else 0
    intent = "i" * _longest(call.args[1])
    packed = Signer(b"key").pack(Action(intent, tuple("a" * n for n in parts), nonce, turn), "1")
    return len(packed.encode())


BUTTONS = dict(_buttons())


@pytest.mark.parametrize("place", BUTTONS)
def test_the_payload_of_a_button_fits(place: str) -> None:
    assert _size(BUTTONS[place]) <= LIMIT


def test_a_button_with_two_ids_is_seen() -> None:
    call = ast.parse("Button('button.x', 'noun.verb_it', (str(a.id), str(b.id)), effect=True)")
    statement = call.body[0]
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    with pytest.raises(ValueError, match="bytes"):
        _size(statement.value)
