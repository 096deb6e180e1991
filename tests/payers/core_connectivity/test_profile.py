"""Profiles: each shipped one can be used, a doubtful one is refused by name, and the account always wins."""

from pathlib import Path

import msgspec
import pytest

from payers.account import Account
from payers.core_connectivity import ProfileError, load_profiles
from payers.core_connectivity.options import envelope_options, sends_password
from payers.core_connectivity.profile import read, read_folder, settled
from payers.errors import AccountError
from tests.payers.adapters.core_accounts import account

GOOD = """
title = "Example Clearinghouse"
source = "Example Companion Guide, revised 2026-01-05"
read_on = 2026-11-02
status = "verified"
receiver_id = "EXAMPLE"

[interchange]
receiver_qualifier = "01"

[soap]
url = "https://core.example/soap"
children = "prefixed"
"""


def written(folder: Path, text: str, name: str = "example.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(known: Account, carrier: str = "soap") -> str:
    with pytest.raises(AccountError) as caught:
        settled(known, carrier)
    return caught.value.code


# The files


def test_each_profile_we_ship_says_where_and_when_it_was_read():
    shipped = load_profiles()
    assert {"generic", "office_ally", "stedi_soap", "hets"} <= shipped.keys()
    for profile in shipped.values():
        assert len(profile.source) > 20
        assert profile.read_on.year >= 2026


def test_a_profile_is_read(tmp_path: Path):
    written(tmp_path, GOOD)
    written(tmp_path, "no profile", "readme.txt")
    [(name, profile)] = read_folder(tmp_path).items()
    assert (name, profile.receiver_id, profile.mime) == ("example", "EXAMPLE", None)
    assert profile.soap is not None
    assert profile.options(profile.soap) == {"children": "prefixed", "receiver_qualifier": "01"}


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('receiver_id = "EXAMPLE"', 'reciever_id = "EXAMPLE"', "unknown field `reciever_id`"),
        ('children = "prefixed"', 'chidlren = "prefixed"', "unknown field `chidlren`"),
        ('receiver_qualifier = "01"', 'isa07 = "01"', "unknown field `isa07`"),
        ('source = "Example Companion Guide, revised 2026-01-05"', "", "missing required field `source`"),
        ("Example Companion Guide, revised 2026-01-05", " ", r"\$.source"),
        ("read_on = 2026-11-02", "", "missing required field `read_on`"),
        ("2026-11-02", '"in November"', r"\$.read_on"),
        ("2026-11-02", "2026-13-02", "example.toml"),
        ('status = "verified"', 'status = "tried"', r"\$.status"),
        ('status = "verified"', 'status = "unverified"', "what is not known is not said"),
        ('children = "prefixed"', 'children = "sometimes"', r"\$.soap.children"),
        ("https://core.example/soap", "http://core.example/soap", r"\$.soap.url"),
        ('receiver_qualifier = "01"', 'receiver_qualifier = "1"', r"\$.interchange.receiver_qualifier"),
        ('children = "prefixed"', 'field_names = { PayloadId = "x" }', "knows no such field"),
        ('children = "prefixed"', 'field_names = { PayloadID = "a b" }', r"\$.soap.field_names"),
        ("[soap]", "[search]\nsearches = [['shoe_size']]\n[soap]", "searches: knows no"),
        ("[soap]", "[search]\nleave_out = ['payer']\n[soap]", "leave_out: knows no"),
        ("[soap]", "[search]\nmember_id_pattern = '['\n[soap]", "is no regular expression"),
        ("[soap]", "[shop]", "unknown field `shop`"),
        ('[soap]\nurl = "https://core.example/soap"\nchildren = "prefixed"', "", "neither soap nor mime"),
        ("[soap]", "[soap", "example.toml"),
    ],
)  # fmt: skip
def test_a_doubtful_profile_is_refused_by_file_and_reason(
    tmp_path: Path, before: str, after: str, reason: str
):
    assert GOOD.count(before) == 1
    with pytest.raises(ProfileError, match=reason) as caught:
        read(written(tmp_path, GOOD.replace(before, after)))
    assert str(caught.value).startswith("example.toml: ")


def test_a_profile_that_is_no_text_is_refused(tmp_path: Path):
    (tmp_path / "example.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(ProfileError):
        read(tmp_path / "example.toml")


# Under an account


def test_without_a_profile_an_account_is_as_it_is():
    known = account("caqh_core_soap", options={"sender_qualifier": "30"})
    assert settled(known, "soap") == known
    assert settled(known, "mime") == known


def test_a_profile_fills_in_what_an_account_leaves_out():
    known = account("caqh_core_soap", url="", receiver_id="", usage="P", options={"profile": "office_ally"})
    by_soap, by_mime = settled(known, "soap"), settled(known, "mime")
    assert by_soap.url == "https://wsd.officeally.com/TransactionService/rtx.svc"
    assert by_mime.url == "https://wsd.officeally.com/TransactionSite/realtime-request/MIME"
    assert by_soap.receiver_id == by_mime.receiver_id == "OFFALLY"
    assert by_soap.options["receiver_qualifier"] == by_mime.options["receiver_qualifier"] == "01"
    assert envelope_options(by_soap).action_header
    assert envelope_options(by_soap).field_names == {}
    assert envelope_options(by_mime).field_names["CORERuleVersion"] == "CoreRuleVersion"


def test_what_an_account_says_itself_wins():
    own = {
        "profile": "office_ally",
        "receiver_qualifier": "ZZ",
        "action_header": False,
        "children": "prefixed",
    }
    known = account("caqh_core_soap", receiver_id="OWN", usage="P", options=own)
    now = settled(known, "soap")
    assert (now.url, now.receiver_id) == (known.url, "OWN")
    assert {name: now.options[name] for name in own} == own


def test_a_profile_takes_an_envelope_it_has():
    known = account("caqh_core_mime", options={"profile": "stedi_soap"})
    assert refused(known, "mime") == "bad_option"
    assert envelope_options(settled(known, "soap")).children == "prefixed"


def test_a_test_account_is_not_turned_into_a_production_one():
    assert refused(account("caqh_core_soap", usage="T", options={"profile": "office_ally"})) == "bad_option"


@pytest.mark.parametrize("name", ["nobody", "", None, ["generic"], 5])
def test_a_profile_nobody_knows_is_the_accounts_fault(name: object):
    assert refused(account("caqh_core_soap", options={"profile": name})) == "unknown_profile"


# HETS


HETS = {"profile": "hets", "enable_unverified_profile": True, "forwarded_for": "203.0.113.7"}


@pytest.mark.parametrize("insists", [None, False, "yes", 1])
@pytest.mark.parametrize("carrier", ["soap", "mime"])
def test_an_unverified_profile_asks_nobody_unless_the_account_insists(carrier: str, insists: object):
    known = account("caqh_core_soap", options=HETS | {"enable_unverified_profile": insists})
    assert refused(known, carrier) == "disabled_profile"


def test_hets_wants_the_chain_of_addresses_from_the_account():
    assert refused(account("caqh_core_soap", options=HETS | {"forwarded_for": ""})) == "bad_option"


def test_hets_has_no_address_of_its_own():
    assert settled(account("caqh_core_soap", url="", options=HETS), "soap").url == ""


def test_hets_wants_a_certificate_and_no_password():
    shown = {"client_certificate": "c", "client_key": "k"}
    known = settled(account("caqh_core_soap", url="https://h.example/", secrets=shown, options=HETS), "soap")
    assert sends_password(known, envelope_options(known)) is False
    with pytest.raises(AccountError) as caught:
        sends_password(
            msgspec.structs.replace(known, secrets={"username": "u", "password": "p"}),
            envelope_options(known),
        )
    assert caught.value.code == "missing_secret"


# Options and secrets


PASSWORD, CERTIFICATE = {"username": "u", "password": "p"}, {"client_certificate": "c", "client_key": "k"}


@pytest.mark.parametrize(
    ("wanted", "secrets", "sends"),
    [
        ("", PASSWORD, True),
        ("", CERTIFICATE, False),
        ("", PASSWORD | CERTIFICATE, True),
        ("password", PASSWORD, True),
        ("password", PASSWORD | CERTIFICATE, True),
        ("certificate", CERTIFICATE, False),
        ("certificate", PASSWORD | CERTIFICATE, False),
        ("both", PASSWORD | CERTIFICATE, True),
    ],
)
def test_a_password_goes_out_where_it_is_wanted(wanted: str, secrets: dict[str, str], sends: bool):
    known = account(
        "caqh_core_soap", url="https://p.example/", secrets=secrets, options={"authentication": wanted}
    )
    assert sends_password(known, envelope_options(known)) is sends


@pytest.mark.parametrize(
    ("wanted", "secrets"),
    [
        ("", {}),
        ("", {"username": "u"}),
        ("", {"password": "p"}),
        ("", {"username": "u"} | CERTIFICATE),
        ("", {"client_key": "k"}),
        ("", {"client_certificate": "c", "client_key": ""}),
        ("password", CERTIFICATE),
        ("certificate", PASSWORD),
        ("both", PASSWORD),
        ("both", CERTIFICATE),
    ],
)
def test_what_is_wanted_and_not_there_is_a_missing_secret(wanted: str, secrets: dict[str, str]):
    known = account(
        "caqh_core_soap", url="https://p.example/", secrets=secrets, options={"authentication": wanted}
    )
    with pytest.raises(AccountError) as caught:
        sends_password(known, envelope_options(known))
    assert caught.value.code == "missing_secret"


def test_a_certificate_cannot_be_shown_without_tls():
    known = account("caqh_core_soap", url="http://127.0.0.1:9/", secrets=CERTIFICATE)
    with pytest.raises(AccountError) as caught:
        sends_password(known, envelope_options(known))
    assert caught.value.code == "bad_url"


@pytest.mark.parametrize(
    "wrong",
    [
        {"authentication": "token"},
        {"payload": "base64"},
        {"children": 1},
        {"action_header": "yes"},
        {"forwarded_for": "203.0.113.7\r\nHost: x"},
        {"forwarded_for": "203.0.113.7\n"},
        {"field_names": {"Nothing": "x"}},
        {"field_names": {"PayloadID": "1x"}},
        {"field_names": {"PayloadID": "x\n"}},
    ],
)
def test_an_option_that_makes_no_sense_is_the_accounts_fault(wrong: dict[str, object]):
    with pytest.raises(AccountError) as caught:
        envelope_options(account("caqh_core_soap", options=wrong))
    assert caught.value.code == "bad_option"
