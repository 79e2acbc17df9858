"""API keys: random, shown once, kept as hashes, with scopes; none is accepted by default."""

import hmac

import pytest

from domain.club_errors import ApiKeyExists, ApiKeyNotFound, BadScope
from services import api_keys
from services.ports.club import Actor
from tests.support.club import NOW, Club

CLI = Actor("cli")


def made(name: str = "pos-1", *scopes: str) -> object:
    wanted = scopes or ("purchases:write",)
    return lambda w: api_keys.add(w, name, wanted, CLI, NOW)


async def test_a_key_is_shown_once_and_kept_as_a_hash(club: Club) -> None:
    key = await club.write(made())
    mark, prefix, secret = key.text.split("_")
    assert (mark, prefix) == ("mb", key.key.prefix)
    assert len(secret) * 4 >= 128
    rows = await club.read(lambda w: w.db.exec_driver_sql("SELECT * FROM api_keys").all())
    assert secret not in repr(rows)
    assert secret not in repr(await club.read(lambda w: w.audit.about(("api_key", key.key.id))))


async def test_a_key_opens_its_scopes_and_no_others(club: Club) -> None:
    key = await club.write(made("pos-1", "purchases:write", "members:read"))
    found = await club.read(lambda w: api_keys.authenticate(w, key.text))
    assert found is not None
    assert [found.may(scope) for scope in api_keys.SCOPES].count(True) == 2
    assert not found.may("")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text.upper(),
        lambda text: "mb_" + text,
        lambda text: text.split("_")[1],
        lambda _: "",
        lambda _: "mb__",
        lambda _: "mb_ключ_секрет",
        lambda text: text[:14] + "\ud800",
        lambda _: "x" * 100_000,
    ],
)
async def test_anything_else_opens_nothing(club: Club, spoil: object) -> None:
    key = await club.write(made())
    wrong = spoil(key.text)  # type: ignore[operator]
    assert await club.read(lambda w: api_keys.authenticate(w, wrong)) is None


async def test_the_hash_is_compared_in_constant_time_also_for_unknown_keys(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    real = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(len(one))
        return real(one, other)

    monkeypatch.setattr(api_keys.hmac, "compare_digest", watched)
    await club.read(lambda w: api_keys.authenticate(w, "mb_unknown_0000"))
    assert compared == [64]


async def test_a_revoked_key_opens_nothing(club: Club) -> None:
    key = await club.write(made())
    await club.write(lambda w: api_keys.revoke(w, "pos-1", CLI, NOW))
    assert await club.read(lambda w: api_keys.authenticate(w, key.text)) is None
    with pytest.raises(ApiKeyNotFound):
        await club.write(lambda w: api_keys.revoke(w, "pos-1", CLI, NOW))
    again = await club.write(made())
    assert again.text != key.text


async def test_wrong_wishes_are_refused(club: Club) -> None:
    await club.write(made())
    for wrong, error in (
        (made(), ApiKeyExists),
        (made("pos-2", "all"), BadScope),
        (lambda w: api_keys.add(w, "pos-3", (), CLI, NOW), BadScope),
    ):
        with pytest.raises(error):
            await club.write(wrong)
