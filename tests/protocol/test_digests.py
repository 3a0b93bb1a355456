"""What is noticed of bytes that were changed on the way."""

from __future__ import annotations

from scantrail.protocol.digests import digest_of


def test_another_question_and_another_answer_have_another_digest() -> None:
    told = digest_of(b"MAIN=7", b'{"more":false}')
    assert told == digest_of(b"MAIN=7", b'{"more":false}')
    changed = {digest_of(b"MAIN=8", b'{"more":false}'), digest_of(b"MAIN=7", b'{"more":true}'), digest_of(b"", b"")}
    assert told not in changed
    assert len(changed) == 3
