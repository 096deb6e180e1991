"""Keyed hashes to find encrypted rows by: member id, name, the same person twice.

HMAC-SHA256 cut to 16 bytes, under a key of its own for every practice and column. Equal values show
as equal within a practice; that leak is accepted and written down (design decision 6). So nothing
with few possible values (birth date, sex, payer) is ever indexed alone.
"""

import hmac
import unicodedata
from datetime import date
from hashlib import sha256

from verify.security.keys import Keyring

INDEX_BYTES = 16
PREFIX_LETTERS = 3

#: Letters that Unicode does not take apart into a letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def fold_name(name: str) -> str:
    """A name without case, accents, spaces and punctuation: "O’Brien-Müller" is "obrienmuller"."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(
        _PLAIN_LETTERS
    )
    return unicodedata.normalize("NFC", "".join(letter for letter in plain if letter.isalnum()))


def fold_id(number: str) -> str:
    """A member id as payers compare it: upper case, letters and digits alone."""
    upper = unicodedata.normalize("NFKC", number).upper()
    return "".join(character for character in upper if character.isalnum())


def member_index(keyring: Keyring, practice_id: str, member_id: str) -> bytes | None:
    """Finds a coverage by member id; None where nothing was given."""
    folded = fold_id(member_id)
    return _index(keyring, practice_id, "member", folded) if folded else None


def external_index(keyring: Keyring, practice_id: str, external_id: str) -> bytes | None:
    """Finds a patient by the clinic's own number; None where nothing was given."""
    folded = fold_id(external_id)
    return _index(keyring, practice_id, "external", folded) if folded else None


def row_index(keyring: Keyring, practice_id: str, words: str) -> bytes:
    """Tells the same row of a file sent twice; `words` is all the row says (verify.intake.rows)."""
    return _index(keyring, practice_id, "import_row", words)


def question_index(keyring: Keyring, practice_id: str, words: str) -> bytes:
    """Tells a question asked before; `words` are all that is asked: whom, about whom, of what, for which day."""
    return _index(keyring, practice_id, "question", words)


def identity_index(
    keyring: Keyring, practice_id: str, *, last: str, first: str, birth_date: date | None
) -> bytes | None:
    """Tells the same person entered twice. None without all three: a name alone makes nobody the same."""
    names = fold_name(last), fold_name(first)
    if birth_date is None or not all(names):
        return None
    return _index(keyring, practice_id, "identity", *names, birth_date.isoformat())


def name_tokens(
    keyring: Keyring, practice_id: str, *, last: str, birth_date: date | None
) -> frozenset[bytes]:
    """What a patient is findable by: whole surname, its first three letters, surname with birth date."""
    surname = fold_name(last)
    if not surname:
        return frozenset()
    tokens = {_whole(keyring, practice_id, surname), _prefix(keyring, practice_id, surname)}
    if birth_date is not None:
        tokens.add(_dated(keyring, practice_id, surname, birth_date))
    return frozenset(tokens)


def search_token(
    keyring: Keyring, practice_id: str, *, last: str, birth_date: date | None = None
) -> bytes | None:
    """The one token to look for when a person typed `last`; None when no letter was typed.

    Three letters find every surname that begins with them; more must be the whole surname.
    """
    surname = fold_name(last)
    if not surname:
        return None
    if birth_date is not None:
        return _dated(keyring, practice_id, surname, birth_date)
    if len(surname) <= PREFIX_LETTERS:
        return _prefix(keyring, practice_id, surname)
    return _whole(keyring, practice_id, surname)


def _whole(keyring: Keyring, practice_id: str, surname: str) -> bytes:
    return _index(keyring, practice_id, "surname", surname)


def _prefix(keyring: Keyring, practice_id: str, surname: str) -> bytes:
    return _index(keyring, practice_id, "prefix", surname[:PREFIX_LETTERS])


def _dated(keyring: Keyring, practice_id: str, surname: str, birth_date: date) -> bytes:
    return _index(keyring, practice_id, "dated", surname, birth_date.isoformat())


def _index(keyring: Keyring, practice_id: str, column: str, *folded: str) -> bytes:
    # A bar cannot occur in folded text, so no two lists of parts join alike.
    message = "|".join(folded).encode()
    return hmac.digest(keyring.index_key(practice_id, column), message, sha256)[:INDEX_BYTES]
