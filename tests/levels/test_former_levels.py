"""Levels that a new ladder calls otherwise or drops: their members go on where it says."""

from dataclasses import replace
from datetime import date

import pytest

from domain.errors import ProgrammeInvalid
from domain.level_errors import LevelsLost
from domain.programme import Level, Programme
from services import programme_file, publishing
from services.ports.club import Actor
from tests.levels.support import DAY, buys, history, level, night
from tests.support.club import PROGRAMMES, Club

TODAY = date(2026, 5, 20)
CLI = Actor("cli")


def renamed(programme: Programme, version: int, **keys: str) -> Programme:
    """The ladder with other keys; each says what it was called."""

    def now(one: Level) -> Level:
        if one.key not in keys:
            return one
        return replace(one, key=keys[one.key], formerly=(one.key,))

    return replace(programme, version=version, levels=tuple(now(one) for one in programme.levels))


async def test_members_go_on_where_the_new_ladder_says(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    rules = renamed(club.programme, 2, gold="sun", silver="moon")
    await club.write(lambda w: publishing.publish(w, rules, CLI, club.clock()))
    assert "You are <b>Gold</b>" in (await mei.says("/level")).text
    await buys(mei, 2000, "A-2")
    assert await level(mei) == "diamond"
    lei = await club.person("Lei").joins()
    await buys(lei, 300, "A-3")
    assert await level(lei) == "moon"


async def test_the_night_moves_everybody_to_the_new_keys_without_a_word(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    before, heard = await history(mei), len(await mei.hears())
    rules = renamed(club.programme, 2, gold="sun")
    await club.write(lambda w: publishing.publish(w, rules, CLI, club.clock()))
    await night(club, TODAY + DAY)
    assert await level(mei) == "sun"
    assert await history(mei) == before
    assert len(await mei.hears()) == heard


async def test_a_ladder_that_forgets_a_level_is_not_published(club: Club) -> None:
    first, second, *others = club.programme.levels
    rules = replace(club.programme, version=2, levels=(first, *others))
    with pytest.raises(LevelsLost) as refused:
        await club.write(lambda w: publishing.publish(w, rules, CLI, club.clock()))
    assert refused.value.levels == (second.key,)
    assert await club.read(lambda w: w.programmes.newest()) == 1


async def test_two_changes_before_a_night_may_forget_nothing_either(club: Club) -> None:
    two = renamed(club.programme, 2, gold="sun")
    await club.write(lambda w: publishing.publish(w, two, CLI, club.clock()))
    three = renamed(two, 3, sun="star")
    with pytest.raises(LevelsLost) as refused:
        await club.write(lambda w: publishing.publish(w, three, CLI, club.clock()))
    assert refused.value.levels == ("gold",)
    await night(club, TODAY + DAY)
    await club.write(lambda w: publishing.publish(w, three, CLI, club.clock()))


@pytest.mark.parametrize("former", ["[gold]", "[old, old]"])
def test_a_former_key_is_no_key_of_today_and_named_once(former: str) -> None:
    text = (PROGRAMMES / "retail.yaml").read_text(encoding="utf-8")
    text = text.replace("  - key: silver\n", f"  - key: silver\n    formerly: {former}\n")
    with pytest.raises(ProgrammeInvalid, match="name old keys once"):
        programme_file.read(text)
