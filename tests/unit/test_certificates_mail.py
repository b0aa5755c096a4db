"""Letters: what they may name, and what becomes of it."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.certificates.mail import CERTIFICATE_LETTER, REMINDER_LETTER, Letter, MailServer, Recipient, Security, check_address, compose
from desktop.errors import Invalid

OFFICE = MailServer("localhost", 25, Security.NONE, "", "office@example.org", "Ünïon of Brokers, Inc.")
AMARA = Recipient(
    "Amara Okafor", "amara@example.org", "Ethics\r\nBcc: eve@example.org", "CERT-2026-00000001", date(2026, 1, 2), None, "Union"
)


@pytest.mark.parametrize(
    ("letter", "says"),
    [
        (Letter("", "Hello"), "needs a subject"),
        (Letter("Hello {nmae}", "Hello"), "“nmae”, which no certificate has"),
        (Letter("Hello", "Hello {name"), "no partner"),
        (Letter("Hello", "{name.__class__}"), "which no certificate has"),
    ],
)
def test_a_letter_with_a_mistake_is_refused(letter: Letter, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        letter.check()


@pytest.mark.parametrize("letter", [CERTIFICATE_LETTER, REMINDER_LETTER])
def test_the_letters_that_are_offered_have_none(letter: Letter) -> None:
    letter.check()


def test_a_course_cannot_add_a_header_and_a_brace_can_be_written() -> None:
    message = compose(Letter("Done: {course}", "{{name}} is {name}"), OFFICE, AMARA, "https://verify.example.org/")
    assert message["Subject"] == "Done: Ethics Bcc: eve@example.org"
    assert message["Bcc"] is None
    assert message.get_content().rstrip() == "{name} is Amara Okafor"
    assert message["From"] == '"Ünïon of Brokers, Inc." <office@example.org>'


ODD = ("", "amara", "amara@", "@example.org", "amara@example", "a b@example.org", "a@b@c.org", "a@example.org, b@example.org")


@pytest.mark.parametrize("address", ODD)
def test_what_is_no_address_gets_no_letter(address: str) -> None:
    with pytest.raises(Invalid):
        check_address(address)
