"""Proves the ledger: every invariant with its count, the hash chains, the seals, the guards.

SEMANTICS: Points (proof), and the names under which `memberbot audit` answers for it:

| rule | invariant |
|---|---|
| legs sum to zero | every posting is double entry … |
| balance = sum of postings, available ≥ 0 | every balance is …; the lots of every account … |
| issued = taken + expired + reversed + left | every lot: issued = … |
| refunds ≤ original | no more comes back of a purchase …; what came back … |
| vouchers ≤ stock, a code once, prices exact | no benefit …; every code …; every voucher … |
| append-only | the database refuses … |
| hash chains and seals | every account's hash chain …; the chain of seals …; every sealed … |
"""

from __future__ import annotations

from collections.abc import Iterable

from services.ports import Work
from services.ports.proofs import Proof

PART = 250_000
"""Postings to a piece of the audit."""
_EXAMPLES = 5


def prove(work: Work) -> list[Proof]:
    """Each invariant of SEMANTICS: Points (proof), as far as the club has what it speaks of.

    Runs at the beginning of a transaction, so that it sees one moment.
    """
    work.proofs.snapshot()
    proofs = joined(work.proofs.prove(part) for part in work.proofs.parts(PART))
    return [*proofs, guards(work)]


def joined(proofs: Iterable[Proof]) -> list[Proof]:
    """The pieces of each invariant put together, in the order in which each is met first."""
    whole: dict[str, Proof] = {}
    for proof in proofs:
        other = whole.get(proof.name, Proof(proof.name, 0))
        examples = (*other.examples, *proof.examples)[:_EXAMPLES]
        checked, wrong = other.checked + proof.checked, other.wrong + proof.wrong
        whole[proof.name] = Proof(proof.name, checked, wrong, examples)
    return list(whole.values())


def guards(work: Work) -> Proof:
    """Whether the database itself refuses changes of what may only grow."""
    missing = work.proofs.missing_triggers()
    name = "the database refuses to change what was posted"
    return Proof(name, 1, len(missing), tuple(missing[:_EXAMPLES]))
