"""Campaigns, for whoever operates them: written, asked for, sent, watched, corrected.

What each does stands in the modules beside this one; SEMANTICS: Campaigns.
"""

from __future__ import annotations

from services.campaign_control import correct, pause, recall, resume, retry_failed, stop
from services.campaign_drafts import (
    MESSAGE,
    check_audience,
    draft,
    find,
    newest,
    set_audience,
    set_paid,
    set_time,
    set_words,
    to_self,
)
from services.campaign_estimates import Estimate, estimate
from services.campaign_following import may_again, standing_words
from services.campaign_lists import ListReport, accept_list, read_list, take_list
from services.campaign_progress import (
    HEADS,
    Progress,
    begin_report,
    cards_due,
    cards_to_count,
    progress,
    recipients_csv,
    refresh,
    unknown,
    values,
    watch,
)
from services.campaign_review import named_audience, needs_second, submit, summary

__all__ = [
    "HEADS",
    "MESSAGE",
    "Estimate",
    "ListReport",
    "Progress",
    "accept_list",
    "begin_report",
    "cards_due",
    "cards_to_count",
    "check_audience",
    "correct",
    "draft",
    "estimate",
    "find",
    "may_again",
    "named_audience",
    "needs_second",
    "newest",
    "pause",
    "progress",
    "read_list",
    "recall",
    "recipients_csv",
    "refresh",
    "resume",
    "retry_failed",
    "set_audience",
    "set_paid",
    "set_time",
    "set_words",
    "standing_words",
    "stop",
    "submit",
    "summary",
    "take_list",
    "to_self",
    "unknown",
    "values",
    "watch",
]
