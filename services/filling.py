"""Values of messages that are only known when the message leaves.

A line here for a message key whose row was written with less than its text needs, or whose truth
may have changed meanwhile. The function returns the values; None or a reason: then nothing is
sent.
"""

from __future__ import annotations

from functools import partial

from services import campaign_drafts, campaign_steps, caring, survey_invites
from services.care_kinds import KINDS
from services.post import Fillers

FILLERS: Fillers = {
    **{key: partial(caring.still, kind) for kind in KINDS.values() for key in kind.keys},
    survey_invites.INVITATION: survey_invites.still,
    survey_invites.REMINDER: survey_invites.still,
    campaign_drafts.MESSAGE: campaign_steps.values_of,
}
