"""Routes of what the service desk gives, whom it names and what it reports."""

from bot.flow import Flow
from bot.router import Route
from handlers import desk_report, goodwill, service_person

ANSWER = "ticket:answer"
MANAGE = "ticket:manage"

ROUTES: tuple[Route, ...] = (
    Route("goodwill", goodwill.choose, needs=ANSWER, groups=True),
    Route("goodwill.points", goodwill.points, writes=True, needs=ANSWER, groups=True),
    Route("goodwill.gift", goodwill.voucher, writes=True, needs=ANSWER, groups=True),
    Route("goodwill.other", goodwill.other, writes=True, needs=ANSWER, groups=True),
    Route("giving.points", goodwill.take_points, writes=True, needs=ANSWER, groups=True),
    Route("giving.sure", goodwill.sure, writes=True, needs=ANSWER, groups=True),
    Route("giving.do", goodwill.do, writes=True, needs=ANSWER, groups=True),
    Route("queue.report", desk_report.show, needs=MANAGE, long=True),
    Route("queue.file", desk_report.send, writes=True, needs=MANAGE, counts=desk_report.count),
    Route("service.person", service_person.choose, needs=MANAGE),
    Route("service.give", service_person.give, writes=True, needs=MANAGE),
)
FLOWS: tuple[Flow, ...] = (goodwill.GIVING,)
