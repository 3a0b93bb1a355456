"""`scantrail parse`, as a real process."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.gs1.codes import GTIN


def parsed(*arguments: str, lines: bytes = b"") -> tuple[int, str]:
    """The exit code and what was printed."""
    command = [sys.executable, "-m", "scantrail.cli", "parse", *arguments]
    done = subprocess.run(command, input=lines, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


def test_a_code_is_told_element_by_element() -> None:
    code, out = parsed(f"]C101{GTIN}17281200")
    assert (code, out.splitlines()[1:]) == (0, [f"  (01) GTIN: {GTIN}", "  (17) USE BY or EXPIRY: 281200 = 2028-12-31"])


def test_a_refused_text_exits_with_1_and_the_reason_and_the_others_are_still_told() -> None:
    code, out = parsed("]C10109521234543214", "SN-1", GTIN)
    assert code == 1
    assert "Refused: (01) GTIN at character 4: expected check digit 3, got 4." in out
    assert "Plain text, not GS1." in out
    assert f"(01) GTIN: {GTIN}" in out


def test_what_may_be_a_plain_number_is_not_refused() -> None:
    code, out = parsed("12345678", "15123456", "0952123454321", "9521234543213")
    assert (code, out.count("Not certain"), "Refused" in out) == (0, 4, False)
    code, out = parsed("--json", "0952123454321")
    assert (code, json.loads(out)["kind"]) == (0, "uncertain")


def test_labels_of_other_grammars_are_told_field_by_field() -> None:
    code, out = parsed("[)>␞06␝1PF1␝SKEEP1␞␄", "+A99912345/$$52001510X3/16D20111212/S77DEFG457")
    assert code == 0
    for line in ("1P supplier's part number: F1", "S serial number: KEEP1", "SN serial number: 77DEFG45"):
        assert f"  {line}" in out.splitlines()
    code, out = parsed("--json", "[)>␞06␝1PF1␝SKEEP1␞␄", "[)>061PF1SKEEP1")
    good, bad = map(json.loads, out.splitlines())
    assert (code, good["serials"], good["parts"]) == (1, ["KEEP1"], ["F1"])
    assert (bad["kind"], bad["fault"]) == ("refused", "separators are missing")


def test_a_plain_text_says_what_it_may_mean_too() -> None:
    _code, out = parsed("SKEEP1", "KEEP1;KEEP2")
    assert "If KEEP1 is a serial on record, it is that unit's." in out
    assert "It may hold the serials of 2 units: KEEP1, KEEP2" in out


def test_programs_get_one_object_per_text() -> None:
    code, out = parsed("--json", f"01{GTIN}21A", "SN-1", "")
    good, plain, refused = map(json.loads, out.splitlines())
    assert code == 1
    assert (good["kind"], good["gtin"], good["serial"]) == ("element strings", GTIN, "A")
    assert good["elements"][1] == {"ai": "21", "value": "A", "title": "SERIAL", "position": 16}
    assert plain == {"text": "SN-1", "kind": "plain"}
    assert (refused["kind"], refused["fault"], refused["because"]) == ("refused", "empty", "The code is empty.")


def test_hexadecimal_carries_bytes_that_a_shell_cannot() -> None:
    raw = f"]d201{GTIN}21A\x1d10B".encode()
    code, out = parsed("--hex", "--json", raw.hex())
    assert (code, json.loads(out)["lot"]) == (0, "B")


def test_what_is_no_hexadecimal_is_refused() -> None:
    assert parsed("--hex", "zz") == (1, "zz\n  Refused: expected bytes in hexadecimal, two digits each\n")


def test_lines_of_standard_input_are_told_and_separators_end_none() -> None:
    lines = f"01{GTIN}21A\x1d10B\r\n\nSN-1\n\xff".encode("latin-1")
    code, out = parsed("--json", lines=lines)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["kind"] for each in told] == ["element strings", "plain", "plain"]
    assert told[0]["lot"] == "B"


def test_nothing_in_a_code_reaches_the_terminal_raw() -> None:
    code, out = parsed("]C1\x1b[2J01", f"]C101{GTIN}10\x1b[2J", "\x1b]0;x\x07")
    assert code == 1
    assert "\x1b" not in out


def test_commands_that_need_no_gs1_do_not_load_it() -> None:
    script = "import sys, scantrail.cli; print(any('gs1' in name or name == 'biip' for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_biip_is_loaded_with_the_first_check_digit_and_not_before() -> None:
    script = (
        "import sys, datetime; from scantrail.gs1 import parse; before = 'biip' in sys.modules;"
        "parse('9521234543213', datetime.date(2026, 1, 1)); print(before, 'biip' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"
