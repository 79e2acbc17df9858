"""The kinds of care, one for each occasion: a line here for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.care_rules import Occasion
from services.care_kinds.anniversary import Anniversary
from services.care_kinds.back_in_stock import BackInStock
from services.care_kinds.birthday import BirthdayGreeting
from services.care_kinds.birthday_ahead import BirthdayAhead
from services.care_kinds.holiday import Holiday
from services.care_kinds.kind import CareKind, Due, Verdict
from services.care_kinds.levels_told import LevelAtRisk, LevelChanged
from services.care_kinds.points_expiring import PointsExpiring
from services.care_kinds.voucher_expiring import VoucherExpiring
from services.care_kinds.welcome import Welcome
from services.care_kinds.win_back import WinBack

__all__ = ["KINDS", "CareKind", "Due", "Verdict"]

KINDS: Final[Mapping[Occasion, CareKind]] = {
    kind.occasion: kind
    for kind in (
        BirthdayGreeting(),
        BirthdayAhead(),
        Anniversary(),
        Holiday(),
        Welcome(),
        PointsExpiring(),
        VoucherExpiring(),
        LevelAtRisk(),
        LevelChanged(),
        WinBack(),
        BackInStock(),
    )
}
