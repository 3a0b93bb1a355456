"""Every application identifier of GS1's dictionary: read when it is right, refused when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scantrail.gs1 import Fault
from scantrail.gs1.contents import CHECKS, check_pair
from scantrail.gs1.dictionary import identifiers, read_dictionary
from tests.gs1.codes import (
    encoded,
    every_identifier,
    published,
    refused,
    understood,
    value_for,
    with_what_it_needs,
    wrong_check,
)

KNOWN = published()
ALL = list(every_identifier())


@contextmanager
def about(ai: str) -> Iterator[None]:
    """Whatever fails here is told with the identifier it is about; one test walks through hundreds."""
    try:
        yield
    except Exception as error:
        error.add_note(f"with the identifier ({ai})")
        raise


def whole(ai: str, value: str) -> str:
    """A code with this value and everything the identifier needs; the identifier stands last."""
    others = [each for each in with_what_it_needs(ai, KNOWN) if each != ai]
    return encoded({each: value_for(KNOWN[each]) for each in others} | {ai: value}, KNOWN)


def test_our_copy_of_the_dictionary_is_the_published_one() -> None:
    assert published() == identifiers()


def test_the_dictionary_has_all_its_identifiers() -> None:
    assert len(identifiers()) == 541
    assert {"00", "01", "3105", "8200", "99"} <= identifiers().keys()


def test_every_check_that_the_dictionary_names_exists() -> None:
    named = {check for each in KNOWN.values() for part in each.components for check in part.checks}
    assert named == CHECKS.keys()


@pytest.mark.parametrize("line", ["01 nonsense # X", "01 *? N14 must=02 # X", "# fine\nnot an entry"])
def test_a_line_that_is_no_entry_is_an_error_that_names_it(line: str) -> None:
    with pytest.raises(ValueError, match="GS1 dictionary"):
        read_dictionary(line)


@pytest.mark.parametrize("longest", [False, True])
def test_a_value_made_from_the_specification_is_read(longest: bool) -> None:
    for ai in ALL:
        with about(ai):
            value = value_for(KNOWN[ai], longest=longest)
            assert understood(whole(ai, value))[ai] == value


def test_a_value_that_is_too_long_is_refused() -> None:
    for ai in ALL:
        with about(ai):
            identifier = KNOWN[ai]
            value = value_for(identifier, longest=True)
            value += "0" * (identifier.longest + 1 - len(value))
            fault, sentence = refused(whole(ai, value))
            # Behind a value of predefined length the next identifier begins, so the rest of it is none.
            assert fault is (Fault.NO_IDENTIFIER if identifier.ends_itself else Fault.TOO_LONG)
            assert "at the most" in sentence or "too long" in sentence


def test_a_value_that_is_cut_short_is_refused() -> None:
    for ai in ALL:
        with about(ai):
            identifier = KNOWN[ai]
            value = value_for(identifier)[: identifier.shortest - 1]
            fault, sentence = refused(whole(ai, value))
            assert (fault, f"({ai})" in sentence) == (Fault.CUT_SHORT, True)


@pytest.mark.parametrize("character", [" ", "é"])
def test_a_character_of_the_wrong_class_is_refused(character: str) -> None:
    for ai in ALL:
        with about(ai):
            value = character + value_for(KNOWN[ai], longest=True)[1:]
            fault, sentence = refused("]C1" + ai + value)
            assert (fault, f"({ai})" in sentence) == (Fault.CHARACTER, True)


def test_a_letter_among_digits_is_refused() -> None:
    for ai in (ai for ai in ALL if KNOWN[ai].components[0].kind == "N"):
        with about(ai):
            assert refused(whole(ai, "A" + value_for(KNOWN[ai])[1:]))[0] is Fault.CHARACTER


def test_a_wrong_check_digit_is_refused_with_the_right_one() -> None:
    for ai in (ai for ai in ALL if wrong_check(value_for(KNOWN[ai]), KNOWN[ai])):
        with about(ai):
            wrong = wrong_check(value_for(KNOWN[ai]), KNOWN[ai])
            assert wrong is not None
            fault, sentence = refused(whole(ai, wrong))
            assert (fault, "expected check" in sentence, f"({ai})" in sentence) == (Fault.CHECK_DIGIT, True, True)


def test_an_identifier_without_the_one_it_needs_is_refused() -> None:
    for ai in (ai for ai in ALL if KNOWN[ai].requires):
        with about(ai):
            fault, sentence = refused(encoded({ai: value_for(KNOWN[ai])}, KNOWN))
            assert (fault, "needs" in sentence) == (Fault.INCOMPLETE, True)


def test_identifiers_that_exclude_each_other_are_refused() -> None:
    for ai in (ai for ai in ALL if KNOWN[ai].excludes):
        with about(ai):
            others = {each.replace("n", "0") for each in KNOWN[ai].excludes} | {
                each.replace("n", "1") for each in KNOWN[ai].excludes
            }
            for other in others - {ai}:
                values = {each: value_for(KNOWN[each]) for each in (ai, other) if each in KNOWN}
                assert len(values) < 2 or refused(encoded(values, KNOWN))[0] is Fault.PAIRING


@pytest.mark.parametrize(
    "text", ["1987654Ad4X4bL5ttr2310c2K", "12345678901234567890123NT", "12345_ABCDEFGHIJKLMCP", "12345_nopqrstuvwxyzP2"]
)
def test_check_characters_are_those_of_the_general_specifications(text: str) -> None:
    assert check_pair(text[:-2]) == text[-2:]
