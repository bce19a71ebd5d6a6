"""Two-person rules: whether those who signed an act are enough different people of the right party and role.

1. A person counts once, however often they signed, and only for the party that certified them.
2. Whoever asked for the act or gains by it does not count: `not_among` names them, as persons or as the units they act for.
3. A signature that does not count is never held against the act; it is only told when those that do are too few.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.agreement.people import Person
from fairlead.agreement.reason import Reason


def enough(signers: Iterable[Person], *, party: str, role: str, count: int, not_among: Iterable[str]) -> tuple[Reason, ...]:
    """No reason when `count` different persons of `party` with `role` signed, none of them in `not_among`; else every reason.

    `not_among` holds codes of persons and of units: a person listed, or acting for a unit listed, does not count. The first reason
    says how many are missing, the others which signer of the party did not count and why.
    """
    barred = frozenset(not_among)
    signed = tuple(signers)
    by_code = {person.code: person for person in signed if person.party == party}
    why_not = {code: _against(person, role, barred) for code, person in by_code.items()}
    counted = sum(not why for why in why_not.values())
    if count > 0 and counted >= count:
        return ()
    needed = f"{count} different persons of {party} who are {role} must sign; {counted} did"
    told = [f"{code} {why}" for code, why in sorted(why_not.items()) if why]
    told += [f"{code} signed more than once" for code in sorted(by_code) if sum(one.code == code for one in signed) > 1]
    return tuple(Reason(conjunct="signatures", detail=detail, originator=party) for detail in (needed, *told))


def _against(person: Person, role: str, barred: frozenset[str]) -> str:
    if role not in person.roles:
        return f"is no {role}"
    if person.code in barred:
        return "asked for it or gains by it"
    gaining = sorted(barred.intersection(person.units))
    return f"acts for {gaining[0]}, which gains by it" if gaining else ""
