"""Signatures fit the very bytes and nothing else, by the published vectors and for whatever a stranger writes."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.payers.x12.corpus import corpus
from tests.senders import (
    SENDERS,
    Sent,
    Visit,
    elation_signed,
    healthie_signed,
    secret_of,
    send,
    standard_signed,
)
from tests.verify.intake.appointments.reading import PATH, call, fits
from verify.intake.appointments import Call
from verify.intake.appointments.signatures import drchrono_token

#: The vector of the Standard Webhooks repository.
VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_AT = datetime.fromtimestamp(1614265330, UTC)
VECTOR = Call(
    "POST",
    PATH,
    "",
    {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    b'{"test": 2432232314}',
)
SIGNATURE = VECTOR.headers["webhook-signature"]
ATHENA_SIGNATURE = "sha256=a7cd1196b24559701f2fb699a364845c16d3a920455abf047042eb650e2c3563"


def with_header(made: Call, name: str, value: str) -> Call:
    return made._replace(headers={**made.headers, name: value})


@pytest.mark.parametrize("scheme", SENDERS)
def test_what_a_sender_signs_fits_its_secret_and_no_other(scheme: str) -> None:
    made = call(send(scheme, Visit(), path=PATH))
    assert fits(scheme, made, secret_of(scheme))
    others = {"standard": VECTOR_SECRET, "elation": "AAAA" * 10 + "AAA="}
    assert not fits(scheme, made, others.get(scheme, "another-secret"))
    assert not fits(scheme, made, "")


@pytest.mark.parametrize("scheme", ["standard", "athenahealth", "elation", "healthie"])
def test_one_byte_more_in_the_body_does_not_fit(scheme: str) -> None:
    made = call(send(scheme, Visit(), path=PATH))
    assert not fits(scheme, made._replace(body=made.body + b"\n"), secret_of(scheme))


def test_the_published_vector_of_standard_webhooks_fits() -> None:
    assert fits("standard", VECTOR, VECTOR_SECRET, VECTOR_AT)


@pytest.mark.parametrize(("seconds", "expected"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_timestamp_is_good_for_five_minutes_both_ways(seconds: int, expected: bool) -> None:
    now = VECTOR_AT + timedelta(seconds=seconds)
    assert fits("standard", VECTOR, VECTOR_SECRET, now) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"v1,AAAA {SIGNATURE}", True),
        (f"v1a,AAAA {SIGNATURE} v9,x", True),
        ("v1", False),
        ("v1,", False),
        (",", False),
        ("", False),
        (SIGNATURE + ",x", False),
        ("v1,é", False),
        (SIGNATURE.replace("v1", "v2"), False),
        (" ".join(["v1,AAAA"] * 40 + [SIGNATURE]), False),
    ],
)
def test_a_signature_header_fits_when_one_entry_of_version_1_does(header: str, expected: bool) -> None:
    assert fits("standard", with_header(VECTOR, "webhook-signature", header), VECTOR_SECRET, VECTOR_AT) is (
        expected
    )


@pytest.mark.parametrize("stamp", ["", "now", "-1614265330", "1614265330.0", "١٦١٤٢٦٥٣٣٠", "9" * 400])
def test_a_timestamp_that_is_no_number_of_seconds_does_not_fit(stamp: str) -> None:
    assert not fits("standard", with_header(VECTOR, "webhook-timestamp", stamp), VECTOR_SECRET, VECTOR_AT)


def test_a_dot_in_the_id_does_not_fit_though_it_is_signed() -> None:
    made = call(standard_signed(b"{}", message_id="msg.1"))
    assert not fits("standard", made, secret_of("standard"))


def test_svix_names_of_the_headers_fit_too() -> None:
    renamed = {name.replace("webhook-", "svix-"): value for name, value in VECTOR.headers.items()}
    assert fits("standard", VECTOR._replace(headers=renamed), VECTOR_SECRET, VECTOR_AT)


def test_the_vector_of_athenahealth_fits_byte_for_byte() -> None:
    file = corpus().parent / "payers" / "data" / "athena_appointment_schedule_notification.body"
    if not file.is_file():
        pytest.skip("the public notification is not on this machine: no corpus")
    made = Call("POST", PATH, "", {"x-hub-signature": ATHENA_SIGNATURE}, file.read_bytes())
    assert fits("athenahealth", made, "SecretHashKeyForConsumer1")
    assert not fits("athenahealth", made._replace(body=made.body.rstrip(b"\n")), "SecretHashKeyForConsumer1")


def test_athenahealth_without_its_method_does_not_fit() -> None:
    made = call(send("athenahealth", Visit()))
    bare = made.headers["x-hub-signature"].removeprefix("sha256=")
    for sent in (bare, f"sha1={bare}", f"={bare}"):
        assert not fits("athenahealth", with_header(made, "x-hub-signature", sent), secret_of("athenahealth"))


def test_elation_signed_with_another_key_does_not_fit() -> None:
    made = call(elation_signed(b"{}", Ed25519PrivateKey.generate()))
    assert not fits("elation", made, secret_of("elation"))


@pytest.mark.parametrize("hexadecimal", [True, False])
@pytest.mark.parametrize("query", ["", "a=1"])
def test_healthie_fits_with_either_digest_and_with_a_query(hexadecimal: bool, query: str) -> None:
    sent = healthie_signed(b'{"a":1}', PATH, "whsec_x", hexadecimal=hexadecimal, query=query)
    assert fits("healthie", call(sent), "whsec_x")


def test_healthie_with_its_sample_s_cut_padding_fits() -> None:
    """Their sample takes the digest with split('=')[1]: the padding is gone from what is signed."""
    import base64
    import hmac
    from hashlib import sha256

    body = b'{"a":1}'
    digest = base64.b64encode(sha256(body).digest()).decode()
    text = f"post {PATH}  {digest.rstrip('=')} application/json {len(body)}"
    headers = {
        "content-digest": f"SHA-256={digest}",
        "signature": "sig1=" + hmac.new(b"whsec_x", text.encode(), sha256).hexdigest(),
    }
    assert fits("healthie", Call("POST", PATH, "", headers, body), "whsec_x")


def test_healthie_with_a_digest_of_another_body_does_not_fit() -> None:
    made = call(healthie_signed(b'{"a":1}', PATH, "whsec_x"))
    assert not fits("healthie", made._replace(body=b'{"a":2}'), "whsec_x")


def test_drchrono_fits_by_the_token_and_by_the_body_s_hmac() -> None:
    import hmac
    from hashlib import sha256

    made = call(send("drchrono", Visit()))
    assert fits("drchrono", made, secret_of("drchrono"))
    hashed = hmac.new(secret_of("drchrono").encode(), made.body, sha256).hexdigest()
    assert fits("drchrono", with_header(made, "x-drchrono-signature", hashed), secret_of("drchrono"))


def test_drchrono_s_challenge_is_answered_as_its_documents_say() -> None:
    assert (
        drchrono_token("topsecret", "hello")
        == "ed76fd36523b8becda5a3b36d0e3737e8ae5111f55e26c7c3a455a3ce29636d2"
    )


@pytest.mark.parametrize("sent", ["Bearer S3", "bearer S3", "Basic UzM=", "S3"])
def test_a_shared_secret_may_come_as_bearer_basic_or_bare(sent: str) -> None:
    made = Call("POST", PATH, "", {"authorization": sent}, b"")
    assert fits("fhir", made, "S3")
    assert not fits("fhir", made, "S4")


@given(
    st.sampled_from(sorted(SENDERS)),
    st.dictionaries(
        st.sampled_from(
            [
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
                "x-hub-signature",
                "el8-ed25519-signature",
                "content-digest",
                "signature",
                "x-drchrono-signature",
                "authorization",
            ]
        ),
        st.text(max_size=40),
    ),
    st.binary(max_size=40),
)
def test_nothing_a_stranger_writes_raises_or_fits(scheme: str, headers: dict[str, str], body: bytes) -> None:
    assert not fits(scheme, call(Sent(body, headers)), secret_of(scheme))


@pytest.mark.parametrize(
    ("name", "before", "after"), [("signature", "sig1=", "sig2="), ("content-digest", "SHA-256=", "SHA-512=")]
)
def test_healthie_under_another_label_or_algorithm_does_not_fit(name: str, before: str, after: str) -> None:
    made = call(healthie_signed(b'{"a":1}', PATH, "whsec_x"))
    assert made.headers[name].startswith(before)
    relabeled = with_header(made, name, made.headers[name].replace(before, after))
    assert not fits("healthie", relabeled, "whsec_x")


def test_a_signature_spelled_with_other_bits_past_its_end_does_not_fit() -> None:
    assert SIGNATURE.endswith("E=")
    respelled = SIGNATURE.removesuffix("E=") + "F="
    assert not fits("standard", with_header(VECTOR, "webhook-signature", respelled), VECTOR_SECRET, VECTOR_AT)
