"""What the machine has found, step by step, so that it stays found."""

from sqlalchemy import Connection

from domain.refunds import RefundPolicy
from storage import engines
from tests.proof.machine import Stage
from tests.proof.point_rules import LedgerMachine


def _machine(db: Connection) -> LedgerMachine:
    class Machine(LedgerMachine):
        connect = staticmethod(lambda: Stage(db))

    return Machine()


def test_a_purchase_whose_expired_points_came_back_in_part_can_be_moved(sqlite_url: str) -> None:
    with engines.sqlite_engine(sqlite_url).connect() as db:
        club = _machine(db)
        club.open(policy=RefundPolicy.ONLY_PENDING, expires=True)
        club.buys(ago=14, who=0, yuan=277)
        for days in (4, 5, 5, 8, 8, 8):
            club.time_passes(days=days, minutes=1)
        club.the_night_expires()
        club.expired_points_come_back(percent=1, who=0)
        club.is_moved(pick=0, to=1)
        club.both_agree()
        club.the_audit_holds()
        club.teardown()
