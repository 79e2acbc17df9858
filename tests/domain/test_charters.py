"""Who has to accept the club rules anew."""

from hypothesis import given
from hypothesis import strategies as st

from domain.charters import Standing, standing
from domain.programme import Charter

VERSIONS = st.lists(st.booleans(), min_size=1, max_size=6)


def _charters(shrinks: list[bool]) -> list[Charter]:
    return [Charter(number, {}, shrink) for number, shrink in enumerate(shrinks, start=1)]


@given(VERSIONS)
def test_who_accepted_the_newest_has_nothing_to_do(shrinks: list[bool]) -> None:
    *earlier, current = _charters(shrinks)
    assert standing(current.version, current, earlier) is Standing.CURRENT


@given(VERSIONS)
def test_who_never_accepted_any_has_to(shrinks: list[bool]) -> None:
    *earlier, current = _charters(shrinks)
    assert standing(None, current, earlier) is Standing.MUST_ACCEPT


@given(VERSIONS, st.data())
def test_rights_that_shrank_in_any_missed_version_count(
    shrinks: list[bool], data: st.DataObject
) -> None:
    *earlier, current = _charters(shrinks)
    accepted = data.draw(st.integers(1, len(shrinks)))
    missed = shrinks[accepted:]
    found = standing(accepted, current, earlier)
    if not missed:
        assert found is Standing.CURRENT
    else:
        assert found is (Standing.MUST_ACCEPT if any(missed) else Standing.ANNOUNCED)


def test_a_version_accepted_from_a_later_programme_is_enough() -> None:
    assert standing(3, Charter(2, {}, rights_shrink=True)) is Standing.CURRENT
