"""Slices are short while others write, and grow when nobody does."""

from dataclasses import dataclass

from scheduler.slices import FEW, MANY, QUIET_SECONDS, Slices


@dataclass
class Counted:
    """Units of which only the number of commits matters."""

    committed: int = 0


def test_slices_grow_while_nobody_else_writes_and_are_short_at_once_when_somebody_does() -> None:
    units, now = Counted(), [100.0]
    slices = Slices(units, lambda: now[0])

    def written(others: int = 0) -> int:
        size = slices.next()
        units.committed += 1 + others
        return size

    sizes = [written() for _ in range(9)]
    assert sizes == [min(FEW * 2**n, MANY) for n in range(9)]
    assert written(others=1) == MANY
    assert written() == FEW
    now[0] += QUIET_SECONDS - 1
    assert written() == FEW
    now[0] += 2
    assert written() == 2 * FEW
