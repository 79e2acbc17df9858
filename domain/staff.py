"""Operators: their roles and what each role may do (deny by default)."""

from typing import Final

OWNER: Final = "owner"
OPERATOR: Final = "operator"
APPROVER: Final = "approver"
SERVICE: Final = "service"
TILL: Final = "till"
ROLES: Final = (OWNER, OPERATOR, APPROVER, SERVICE, TILL)

_TILL = frozenset({"purchase:book", "voucher:use", "member:find", "order:fulfil", "credit:topup"})
_SERVICE = frozenset(
    {"member:find", "member:view", "ticket:answer", "order:fulfil", "credit:block"}
)
_OPERATOR = (
    _TILL
    | _SERVICE
    | frozenset(
        {
            "campaign:write",
            "message:write",
            "event:write",
            "survey:write",
            "ticket:manage",
            "benefit:write",
            "points:adjust",
            "purchase:move",
            "member:merge",
            "member:freeze",
            "level:give",
            "post:hold",
            "care:see",
            "credit:payout",
        }
    )
)
_APPROVER = frozenset(
    {
        "approval:see",
        "member:find",
        "member:view",
        "campaign:approve",
        "points:approve",
        "goodwill:approve",
        "programme:approve",
        "post:hold",
        "care:see",
    }
)

PERMISSIONS: Final = {
    TILL: _TILL,
    SERVICE: _SERVICE,
    OPERATOR: _OPERATOR,
    APPROVER: _APPROVER,
    OWNER: _OPERATOR | _APPROVER | frozenset({"staff:write", "programme:publish", "export:all"}),
}


def permissions(role: str) -> frozenset[str]:
    """What a role may do, as `noun:verb`; an unknown role may do nothing."""
    return PERMISSIONS.get(role, frozenset())
