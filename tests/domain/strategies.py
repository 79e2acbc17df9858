"""Random but valid things of the club."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.points import Lot

START = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 400).map(lambda days: START + timedelta(days=days))


@st.composite
def lots(draw: st.DrawFn, most: int = 8) -> list[Lot]:
    """Lots of one member, some pending, some expired, some for ever."""
    made = []
    for number in range(draw(st.integers(0, most))):
        amount = draw(st.integers(1, 500))
        begin = draw(moments)
        ends = draw(st.one_of(st.none(), st.integers(1, 300)))
        expires = begin + timedelta(days=ends) if ends else None
        left = draw(st.integers(0, amount))
        made.append(
            Lot(number + 1, 1, "points", amount, left, begin, expires, begin, "x", "", 1, number)
        )
    return made
