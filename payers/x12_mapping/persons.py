"""Whether an answer is about the person we asked about; when in doubt it is not."""

from __future__ import annotations

import contextlib

from payers import x12
from payers.benefits import Identity, Member
from payers.inquiry import Inquiry, Person


def fits(member: Member, subscriber: Member | None, inquiry: Inquiry, *, traced: bool) -> bool:
    """Whether `member` is the inquiry's patient.

    The same member id and birth date allow other spellings and a changed name; a birth date that
    differs is allowed only where the payer says it corrected it. Under one member id there may be
    twins, so a dependent's first name has to be near too. An answer that names nobody is believed
    when its trace is ours, or when it only rejects.
    """
    person, identity = inquiry.patient, member.identity
    same_id = _same_id(identity.member_id or (subscriber.identity.member_id if subscriber else None), inquiry)
    birth, last, first = (
        _birth(identity, person),
        near(identity.last, person.last),
        near(identity.first, person.first),
    )
    if all(known is None for known in (same_id, birth, last, first)):
        return traced or not member.benefits
    if birth is False:
        return identity.corrected and same_id is True and last is not False and first is not False
    if same_id and birth:
        is_subscriber = member.role == "subscriber" and inquiry.dependent is None
        return (last is not False or first is True) if is_subscriber else first is not False
    if same_id:
        return last is not False and first is not False
    if birth:
        return first is not False and (last is True or (traced and same_id is None and last is None))
    return last is True and first is True and (same_id is None or traced or identity.corrected)


def _same_id(held: str | None, inquiry: Inquiry) -> bool | None:
    """Ids are compared without punctuation; payers drop or add a letter prefix and a suffix of two digits."""
    ours, theirs = _plain(inquiry.member_id), _plain(held or "")
    if not ours or not theirs:
        return None
    shorter, longer = sorted((ours, theirs), key=len)
    return ours == theirs or (len(shorter) >= 6 and len(longer) - len(shorter) <= 3 and shorter in longer)


def _birth(identity: Identity, person: Person) -> bool | None:
    if identity.birth_date is None or person.birth_date is None:
        return None
    return identity.birth_date == person.birth_date.isoformat()


def near(held: str | None, sent: str) -> bool | None:
    """Whether two names may be one: equal, one the beginning or a part of the other, or two letters apart."""
    theirs, ours = _plain(held or ""), _plain(sent)
    if not theirs or not ours:
        return None
    words = {_plain(word) for word in (held or "").replace("-", " ").split()}
    return (
        theirs.startswith(ours)
        or ours.startswith(theirs)
        or ours in words
        or theirs in {_plain(word) for word in sent.replace("-", " ").split()}
        or (min(len(theirs), len(ours)) >= 4 and _distance(theirs, ours) <= 2)
    )


def _plain(text: str) -> str:
    with contextlib.suppress(x12.Unwritable):  # Another script is compared as it stands.
        text = x12.plain(text, "name")
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _distance(one: str, other: str) -> int:
    """Letters to change, add or drop to get from one to the other."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != against))
    return row[-1]
