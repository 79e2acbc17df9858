"""Why a plan of a campaign is refused, or what it gives cannot be given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class GoalOutside(Refused):
    """A goal of nothing."""

    code: ClassVar[str] = "campaign_plan.goal"


@dataclass(eq=False)
class BudgetOutside(Refused):
    """Less than nothing, or no more than what is spent already."""

    code: ClassVar[str] = "campaign_plan.budget"


@dataclass(eq=False)
class BudgetWithoutCost(Refused):
    """Nobody knows what one gift costs the club, so no budget can be kept."""

    code: ClassVar[str] = "campaign_plan.cost_unknown"


@dataclass(eq=False)
class BudgetTooSmall(Refused):
    """It does not even pay for one gift. Amounts: `minor` units and their `currency`."""

    budget: Mapping[str, object]
    each: Mapping[str, object]
    code: ClassVar[str] = "campaign_plan.budget_small"


@dataclass(eq=False)
class BudgetNeedsAnother(Refused):
    """Another operator agreed to the budget, so its author does not raise it alone."""

    code: ClassVar[str] = "campaign_plan.budget_another"


@dataclass(eq=False)
class GiftOutside(Refused):
    """Neither points nor a voucher, both at once, or too many points."""

    most: int
    code: ClassVar[str] = "campaign_plan.gift"


@dataclass(eq=False)
class GiftUnknown(Refused):
    """There is no benefit with that key, or it is stopped."""

    key: str
    code: ClassVar[str] = "campaign_plan.gift_unknown"


@dataclass(eq=False)
class HeldShareOutside(Refused):
    percent: int
    most: int
    code: ClassVar[str] = "campaign_plan.held"


@dataclass(eq=False)
class HourOutside(Refused):
    """No minute of the day."""

    code: ClassVar[str] = "campaign_plan.hour"


@dataclass(eq=False)
class WindowOutside(Refused):
    days: int
    most: int
    code: ClassVar[str] = "campaign_plan.window"


@dataclass(eq=False)
class VariantsUneven(Refused):
    """Not two to `most` texts whose shares make a hundred percent."""

    most: int
    code: ClassVar[str] = "campaign_plan.variants"


@dataclass(eq=False)
class VariantUnknown(Refused):
    """The campaign has no text with that letter."""

    letter: str
    code: ClassVar[str] = "campaign_plan.variant_unknown"


@dataclass(eq=False)
class TasksOpen(Refused):
    """Lines of the checklist are not done, and nobody has said to send it anyway."""

    count: int
    code: ClassVar[str] = "campaign_plan.tasks_open"


@dataclass(eq=False)
class TaskUnknown(Refused):
    code: ClassVar[str] = "campaign_plan.task_unknown"


@dataclass(eq=False)
class TaskEmpty(Refused):
    code: ClassVar[str] = "campaign_plan.task_empty"


@dataclass(eq=False)
class TasksTooMany(Refused):
    most: int
    code: ClassVar[str] = "campaign_plan.tasks_many"


@dataclass(eq=False)
class NothingToRevoke(Refused):
    """It gave nothing that is still unused."""

    code: ClassVar[str] = "campaign_plan.nothing_to_revoke"
