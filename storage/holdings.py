"""What every table holds of a person: what is exported, what erasing does, what a merge moves.

A table that names a member or an address must be here or in NOT_OF_A_PERSON; a test walks the
schema. Add one line for a new table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from domain.ledger import ACCOUNTS
from domain.tickets import FOR_MEMBERS, Author, read_event


class Erase(Enum):
    """What becomes of a person's rows when they leave: nothing in them is personal, some columns
    are emptied, or the rows go."""

    KEEP = "keep"
    BLANK = "blank"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Holding:
    """One table's share of a person.

    `by`: the column that names the owner, an id of `of` (`members`, `addresses`, or a table that
    is listed before). `hidden` columns are not exported, `sealed` ones are opened first, `packed`
    ones hold JSON then; `name` "" is not exported at all; of the rows only those that are `told`.
    `blank`: what erasing writes. `moves`: goes to the kept membership in a merge.
    """

    name: str
    table: str
    by: str
    of: str = "members"
    hidden: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    told: Callable[[Mapping[str, Any]], bool] = lambda _: True
    erase: Erase = Erase.KEEP
    blank: Mapping[str, Any] = field(default_factory=dict)
    moves: bool = False


def _for_member(message: Mapping[str, Any]) -> bool:
    """Whether the member sees it under their ticket: no notes of staff, and not every event."""
    if message["author"] == Author.EVENT:
        return read_event(message["text"])[0] in FOR_MEMBERS
    return message["author"] in (Author.MEMBER, Author.STAFF)


_EMPTY_MEMBER: Final = dict.fromkeys(
    (
        "name",
        "form_of_address",
        "phone",
        "phone_index",
        "email",
        "email_index",
        "external_id",
        "birth_month",
        "birth_day",
        "birth_year",
        "birthday_set_at",
        "birthday_changed_at",
        "gender",
        "city",
        "preferences",
        "locale",
        "zone",
        "quiet_from",
        "quiet_to",
        "source",
    )
)

HOLDINGS: Final = (
    # who they are
    Holding(
        "membership",
        "members",
        "id",
        hidden=("phone_index", "email_index"),
        sealed=("phone", "email"),
        erase=Erase.BLANK,
        blank={**_EMPTY_MEMBER, "phone_verified": False, "birth_lunar": False},
    ),
    Holding("addresses", "addresses", "member_id", moves=True),
    Holding("club_rules_accepted", "acceptances", "member_id"),
    Holding("consents", "consents", "member_id", erase=Erase.BLANK, blank={"channel": ""}),
    Holding("level_changes", "level_changes", "member_id"),
    Holding(
        "level_standing",
        "standings",
        "member_id",
        hidden=("earlier", "corrected", "review_on", "version"),
        erase=Erase.BLANK,
        blank={"given_reason": None, "review_on": None},
    ),
    Holding(
        "imported_from",
        "imported_members",
        "member_id",
        hidden=("content_hash",),
        erase=Erase.DELETE,
    ),
    Holding(
        "merges", "merges", "kept_id", hidden=("undo",), erase=Erase.BLANK, blank={"undo": {}}
    ),
    Holding(
        "merged_into",
        "merges",
        "merged_id",
        hidden=("undo",),
        erase=Erase.BLANK,
        blank={"undo": {}},
    ),
    Holding("", "link_codes", "member_id", erase=Erase.DELETE),
    # points
    Holding("accounts", "accounts", "member_id", hidden=("head", "seq")),
    Holding(
        "points",
        "postings",
        "member_id",
        hidden=("content_hash", "hash", "key", *ACCOUNTS),
    ),
    Holding("points_reasons", "posting_reasons", "member_id", erase=Erase.DELETE),
    Holding("lots", "lots", "member_id", hidden=("first_expires_at",)),
    Holding("", "lot_moves", "posting_id", of="postings"),
    Holding("", "seal_heads", "member_id"),
    Holding("holds", "holds", "member_id"),
    Holding("", "reinstatements", "posting_id", of="postings"),
    Holding("expiry_extensions", "expiry_extensions", "member_id"),
    # purchases
    Holding("purchases", "purchases", "member_id", hidden=("content_hash",), moves=True),
    Holding("purchase_lines", "purchase_lines", "purchase_id", of="purchases"),
    Holding(
        "purchase_payments",
        "purchase_payments",
        "purchase_id",
        of="purchases",
        hidden=("bonus_minor",),
    ),
    Holding("earning_rules_used", "rule_uses", "member_id", hidden=("id",), moves=True),
    Holding("refunds", "refunds", "purchase_id", of="purchases", hidden=("content_hash",)),
    Holding(
        "purchase_changes",
        "purchase_changes",
        "purchase_id",
        of="purchases",
        erase=Erase.BLANK,
        blank={"reason": ""},
    ),
    Holding("", "purchase_changes", "from_member", erase=Erase.BLANK, blank={"reason": ""}),
    Holding("", "purchase_changes", "to_member", erase=Erase.BLANK, blank={"reason": ""}),
    Holding("", "purchase_claims", "purchase_id", of="purchases", erase=Erase.DELETE),
    # benefits
    Holding(
        "vouchers",
        "vouchers",
        "member_id",
        hidden=("code_index", "key", "use_key", "hold_key", "stocked"),
        sealed=("code",),
        moves=True,
    ),
    Holding("benefit_uses", "benefit_uses", "member_id", moves=True),
    Holding("favourites", "benefit_favourites", "member_id", erase=Erase.DELETE, moves=True),
    Holding(
        "waiting_lists",
        "benefit_waits",
        "member_id",
        hidden=("active",),
        erase=Erase.DELETE,
        moves=True,
    ),
    Holding(
        "fulfilments",
        "fulfilments",
        "member_id",
        erase=Erase.BLANK,
        blank={"note": ""},
        moves=True,
    ),
    # at the till
    Holding("", "member_codes", "member_id", erase=Erase.DELETE),
    Holding("", "till_sessions", "member_id", erase=Erase.DELETE),
    Holding("at_the_till", "till_events", "member_id", hidden=("key",), moves=True),
    Holding("bills", "bills", "purchase_id", of="purchases"),
    Holding("credit_blocks", "credit_blocks", "member_id", erase=Erase.DELETE, moves=True),
    Holding(
        "vouchers_handed_on",
        "voucher_gifts",
        "giver_id",
        hidden=("token", "token_index", "open_voucher"),
    ),
    Holding(
        "vouchers_taken",
        "voucher_gifts",
        "taker_id",
        hidden=("token", "token_index", "open_voucher"),
    ),
    Holding(
        "receipt_photos",
        "receipt_photos",
        "member_id",
        hidden=("picture_hash", "near_hash", "order_key"),
        erase=Erase.BLANK,
        blank={"file_id": "", "number": "", "reason": "", "near_hash": ""},
        moves=True,
    ),
    # care
    Holding("rhythm_of_visits", "rhythms", "member_id", erase=Erase.DELETE),
    Holding("", "campaign_lists", "member_id", erase=Erase.DELETE, moves=True),
    # what they said
    Holding(
        "tickets",
        "tickets",
        "member_id",
        hidden=("key", "cause_key", "cause", "improvement", "staff_id", "opened_by"),
        erase=Erase.BLANK,
        blank={"cause": None, "improvement": None, "address_id": None, "alarm": ""},
        moves=True,
    ),
    Holding(
        "ticket_messages",
        "ticket_messages",
        "ticket_id",
        of="tickets",
        hidden=("key", "staff_id", "address_id", "chat", "topic", "message"),
        told=_for_member,
        erase=Erase.BLANK,
        blank={
            "text": "",
            "media": [],
            "address_id": None,
            "chat": "",
            "message": "",
        },
    ),
    Holding("", "goodwill", "ticket_id", of="tickets", hidden=("key",)),
    Holding("", "ticket_topics", "ticket_id", of="tickets"),
    Holding("", "ticket_nudges", "ticket_id", of="tickets"),
    Holding("service_person", "service_persons", "member_id", erase=Erase.DELETE, moves=True),
    Holding("sentiments", "sentiments", "member_id", erase=Erase.DELETE, moves=True),
    Holding("surveys", "survey_responses", "member_id", moves=True),
    Holding("survey_answers", "survey_answers", "response_id", of="survey_responses"),
    Holding(
        "survey_rewards",
        "survey_completions",
        "member_id",
        hidden=("token_hash", "posting_id"),
        erase=Erase.DELETE,
        moves=True,
    ),
    Holding("check_ins", "checkins", "member_id", erase=Erase.DELETE, moves=True),
    Holding(
        "events",
        "invitations",
        "member_id",
        hidden=("batch", "invited_by", "attended_by", "rank", "turn", "round", "face"),
        moves=True,
    ),
    Holding("", "event_news", "invitation_id", of="invitations"),
    # what the club made of them
    Holding("tags", "member_tags", "member_id", hidden=("staff_id",), erase=Erase.DELETE),
    Holding("insights", "member_insights", "member_id", erase=Erase.DELETE),
    Holding("stages", "stage_changes", "member_id", erase=Erase.DELETE),
    Holding("audiences", "audience_members", "member_id", erase=Erase.DELETE),
    Holding("", "audience_moves", "member_id", erase=Erase.DELETE),
    Holding("", "campaign_subjects", "member_id"),
    Holding("campaign_gifts", "campaign_grants", "member_id"),
    Holding("links_followed", "campaign_clicks", "member_id", erase=Erase.DELETE),
    # what was sent to them, and how they were answered
    Holding(
        "messages",
        "deliveries",
        "member_id",
        hidden=("claimed_by", "claimed_until", "dedupe"),
        erase=Erase.BLANK,
        blank={
            "message": {},
            "chat": "",
            "user": "",
            "reason": "",
            "message_id": None,
            "target": "",
        },
    ),
    Holding(
        "",
        "deliveries",
        "address_id",
        of="addresses",
        erase=Erase.BLANK,
        blank={
            "message": {},
            "chat": "",
            "user": "",
            "reason": "",
            "message_id": None,
            "target": "",
        },
    ),
    Holding("", "files", "member_id", erase=Erase.DELETE),
    Holding("conversations", "conversations", "address_id", of="addresses", erase=Erase.DELETE),
    Holding(
        "answers_in_the_chat",
        "inbox",
        "address_id",
        of="addresses",
        sealed=("answer",),
        packed=("answer",),
        erase=Erase.BLANK,
        blank={"answer": None},
    ),
    Holding("", "ticket_posts", "address_id", of="addresses", erase=Erase.DELETE),
    Holding("", "answers", "member_id", erase=Erase.BLANK, blank={"body": {"status": "erased"}}),
    Holding(
        "requests_about_them",
        "approvals",
        "member_id",
        hidden=("key", "payload", "payload_hash", "asker", "asked_by", "decider", "decided_by"),
        erase=Erase.BLANK,
        blank={"payload": {}, "shown": {}},
        moves=True,
    ),
    Holding("", "audit_reasons", "member_id", erase=Erase.DELETE),
)

NOT_OF_A_PERSON: Final = {
    "staff": "the address of an operator belongs to the club's own staff register",
    "campaigns": "the address of the author, an operator",
    "campaign_cards": "the address of an operator who watches a campaign",
    "audit": "who changed what; names the subject by its id only",
    "dead_letters": "found by the sender's user id, see storage/mydata.py",
    "floods": "found by the chat, see storage/mydata.py",
}
