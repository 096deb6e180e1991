"""Signatures as Standard Webhooks publishes them."""

import base64

import pytest

from verify.security.webhook_signing import new_secret, sign, signature_headers

#: From the specification's own tests.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_comes_out() -> None:
    assert sign(SECRET, MESSAGE, 1614265330, b'{"test": 2432232314}') == SIGNATURE


@pytest.mark.parametrize(
    ("message", "at", "body"),
    [
        ("msg_other", 1614265330, b'{"test": 2432232314}'),
        (MESSAGE, 1614265331, b'{"test": 2432232314}'),
        (MESSAGE, 1614265330, b'{"test": 2432232314} '),
    ],
)
def test_id_time_and_every_byte_are_signed(message: str, at: int, body: bytes) -> None:
    assert sign(SECRET, message, at, body) != SIGNATURE


def test_every_secret_signs() -> None:
    headers = signature_headers([new_secret(), SECRET], MESSAGE, 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-id"] == MESSAGE
    assert headers["webhook-timestamp"] == "1614265330"
    signatures = headers["webhook-signature"].split(" ")
    assert len(signatures) == 2
    assert signatures[1] == SIGNATURE


def test_secrets_are_long_and_new() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b64decode(each.removeprefix("whsec_"))) for each in made} == {32}
