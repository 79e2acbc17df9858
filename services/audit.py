"""Proves the ledger: every invariant with its count, the hash chains, the guards."""

from __future__ import annotations

from collections.abc import Iterator

from domain.ledger import Kind, Posting, broken_link
from services.ports import Work
from services.ports.proofs import Proof

_EXAMPLES = 5
_EXPLAINED = (Kind.EARNED, Kind.BONUS)


def prove(work: Work) -> Iterator[Proof]:
    """Each invariant of SEMANTICS: Points (proof), as far as the club has what it speaks of.

    Runs at the beginning of a transaction, so that it sees one moment.
    """
    work.proofs.snapshot()
    yield from work.proofs.counted()
    yield from _chains(work)
    missing = work.proofs.missing_triggers()
    yield Proof(
        "the database refuses to change what was posted",
        1,
        len(missing),
        tuple(missing[:_EXAMPLES]),
    )


def _chains(work: Work) -> Iterator[Proof]:
    """The hash chain of every account, and explanations that add up to their points."""
    accounts = postings = 0
    broken: list[str] = []
    unexplained: list[str] = []
    for chain in work.proofs.chains():
        accounts, postings = accounts + 1, postings + len(chain.postings)
        if (link := broken_link(chain.postings, chain.head)) is not None:
            broken.append(f"{chain.member_id}/{chain.unit} at posting {link}")
        unexplained += [str(p.id) for p in chain.postings if not _explained(p)]
    yield Proof(
        "every account's hash chain holds", accounts, len(broken), tuple(broken[:_EXAMPLES])
    )
    yield Proof(
        "every explanation adds up to its points",
        postings,
        len(unexplained),
        tuple(unexplained[:_EXAMPLES]),
    )


def _explained(posting: Posting) -> bool:
    if posting.kind not in _EXPLAINED:
        return True
    given = -sum(leg.amount for leg in posting.legs if leg.account == "issue")
    return sum(share.points for share in posting.explanation) == given
