"""Whatever a file holds, the answer is rows or sentences that say where and what was expected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.interchange.checking import CheckedRows, check_rows
from scantrail.interchange.kinds import KINDS, kind_of_file
from scantrail.interchange.problems import Problems
from scantrail.interchange.reading import read_bytes
from scantrail.interchange.rows import Source
from scantrail.interchange.templates import template

UNITS = "product,serial,place\n"


def read(name: str, content: str | bytes) -> tuple[CheckedRows, list[str]]:
    problems = Problems()
    source = read_bytes(name, content if isinstance(content, bytes) else content.encode(), problems)
    rows = check_rows(source.rows, problems, lambda done: None)
    return rows, [str(each) for each in problems]


def refused(name: str, content: str | bytes) -> str:
    _, sentences = read(name, content)
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_a_csv_row_is_known_by_its_line() -> None:
    rows, sentences = read("units.csv", UNITS + "CM,1,MAIN/A\n\nCM,2,MAIN/B\n")
    assert sentences == []
    assert [(row["serial"], str(row.spot)) for row in rows["units"]] == [
        ("1", "units.csv, row 2"),
        ("2", "units.csv, row 4"),
    ]


def test_lines_above_the_header_that_begin_with_a_hash_are_for_people() -> None:
    rows, sentences = read("units.csv", "# our stock\n" + UNITS + "CM,1,MAIN/A\n")
    assert (len(rows["units"]), sentences) == (1, [])
    assert str(rows["units"][0].spot) == "units.csv, row 3"


def test_the_name_may_go_on_after_the_kind() -> None:
    assert len(read("units-january.csv", UNITS + "CM,1,MAIN/A\n")[0]["units"]) == 1


def test_a_name_that_begins_with_no_kind_is_refused_with_the_kinds() -> None:
    assert "expected a file name that begins with its kind: sites.csv" in refused("stock.csv", UNITS)


def test_another_ending_is_refused() -> None:
    assert "expected a file whose name ends in .csv or .json" in refused("units.xlsx", "PK")


def test_a_byte_order_mark_is_accepted() -> None:
    rows, sentences = read("units.csv", b"\xef\xbb\xbf" + (UNITS + "CM,1,MAIN/A\n").encode())
    assert (len(rows["units"]), sentences) == (1, [])


def test_semicolons_are_accepted_when_the_header_has_them() -> None:
    rows, sentences = read("units.csv", "product;serial;place;notes\nCM;1;MAIN/A;one, two\n")
    assert sentences == []
    assert rows["units"][0]["notes"] == "one, two"


def test_a_quoted_cell_may_hold_line_breaks_and_rows_after_it_keep_their_numbers() -> None:
    rows, _ = read("units.csv", 'product,serial,place,notes\nCM,1,MAIN/A,"a\nb"\nCM,2,MAIN/A,\n')
    assert str(rows["units"][1].spot) == "units.csv, row 3 (line 4)"


def test_bytes_that_are_not_utf8_are_named_with_offset_and_row() -> None:
    sentence = refused("units.csv", UNITS.encode() + "CM,1,MAIN/A\nCM,2,Köln/A\n".encode("latin-1"))
    assert sentence == "units.csv, row 3: expected UTF-8; byte 39 is 0xF6. Save it again as CSV UTF-8"


def test_utf16_is_named() -> None:
    assert "this is UTF-16" in refused("units.csv", UNITS.encode("utf-16"))


@pytest.mark.parametrize("name", ["units.csv", "units.json"])
@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_refused(name: str, content: str) -> None:
    assert "the file is empty" in refused(name, content)


def test_an_unknown_column_is_refused_with_the_known_ones() -> None:
    sentence = refused("units.csv", "product,serial,place,colour\nCM,1,MAIN/A,red\n")
    assert sentence.startswith('units.csv, row 1: "colour" – expected one of these columns: product, serial, place')


def test_a_missing_column_is_told_once_not_for_every_row() -> None:
    assert refused("units.csv", "product,serial\nCM,1\nCM,2\n") == (
        "units.csv, row 1, place: expected this column; it is missing"
    )


def test_a_column_that_stands_twice_is_refused() -> None:
    assert "expected every column once" in refused("units.csv", "product,serial,place,place\n")


def test_a_row_with_a_cell_too_many_is_refused() -> None:
    assert refused("units.csv", UNITS + "CM,1,MAIN/A,x\n") == (
        "units.csv, row 2: expected 3 cells as in the header, got 4"
    )


def test_an_open_quote_is_refused() -> None:
    assert "expected CSV with closed quotes" in refused("units.csv", UNITS + 'CM,"1,MAIN/A\n')


def test_every_bad_row_is_told() -> None:
    _, sentences = read("units.csv", UNITS + "CM,9.52E+12,MAIN/A\nCM,2,A-15-03\n,3,MAIN/A\n")
    assert [sentence.split(" – ")[0] for sentence in sentences] == [
        'units.csv, row 2, serial: "9.52E+12"',
        'units.csv, row 3, place: "A-15-03"',
        "units.csv, row 4, product: expected a value; the cell is empty",
    ]


def test_the_same_key_twice_is_told_with_the_first() -> None:
    assert refused("units.csv", UNITS + "CM,1,MAIN/A\nCM,1,MAIN/B\n") == (
        'units.csv, row 3: "CM 1" – expected each once; this is also in units.csv, row 2'
    )


def test_a_document_in_csv_has_a_row_for_each_line() -> None:
    header = "number,site,customer,line,product,quantity\n"
    rows, sentences = read(
        "sales_orders.csv", header + "SO-1,MAIN,Metro,1,CM,2\nSO-1,,,2,TS,1\nSO-2,MAIN,Premium,1,CM,1\n"
    )
    assert sentences == []
    assert [
        (row["number"], row["customer"], [line["product"] for line in row.lines]) for row in rows["sales_orders"]
    ] == [
        ("SO-1", "Metro", ["CM", "TS"]),
        ("SO-2", "Premium", ["CM"]),
    ]


def test_a_document_that_says_two_things_of_itself_is_refused() -> None:
    header = "number,site,customer,line,product,quantity\n"
    sentence = refused("sales_orders.csv", header + "SO-1,MAIN,Metro,1,CM,2\nSO-1,MAIN,Premium,2,CM,1\n")
    assert sentence.startswith('sales_orders.csv, row 3, customer: "Premium" – expected the same as in')


def test_a_json_row_is_known_by_its_path() -> None:
    order = {
        "number": "SO-1",
        "site": "MAIN",
        "customer": "Metro",
        "lines": [{"line": "1", "product": "CM"}, {"line": "2"}],
    }
    assert refused("day.json", json.dumps({"sales_orders": [order]})) == (
        "day.json, sales_orders[0].lines[1], product: expected a value; the cell is empty"
    )


def test_text_that_is_not_json_is_told_with_line_and_column() -> None:
    assert refused("day.json", '{"units": [\n  {"product": }\n]}').startswith(
        "day.json, line 2, column 15: expected JSON"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[]", "expected an object with rows"),
        ('{"unit": []}', "expected one of these kinds: sites, partners, places"),
        ('{"units": {}}', "expected a list of rows"),
        ('{"units": [1]}', "expected an object with fields"),
        ('{"units": [{"colour": "red"}]}', "expected one of these fields"),
        ('{"units": [], "units": []}', "units stands twice"),
        ('{"sales_orders": [{"lines": 1}]}', "expected a list of rows"),
        ('{"units": [{"product": NaN}]}', "NaN is no JSON value"),
        ("[" * 100_000, "expected"),
    ],
)
def test_json_of_another_shape_is_refused(content: str, expected: str) -> None:
    assert expected in read("day.json", content)[1][0]


@pytest.mark.parametrize("number", ["9521234543213", "12", "1e400", "9" * 5000])
def test_a_bare_number_is_no_serial(number: str) -> None:
    content = f'{{"units": [{{"product": "CM", "serial": {number}, "place": "MAIN/A"}}]}}'
    sentence = refused("day.json", content)
    assert "serial" in sentence
    assert "a bare number loses leading zeros" in sentence


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_template_can_be_read_as_it_is_printed(kind: str) -> None:
    rows, sentences = read(f"{kind}.csv", template(kind))
    assert sentences == []
    assert len(rows[kind]) == 1


def survives(name: str, data: bytes) -> None:
    problems = Problems()
    source = read_bytes(name, data, problems)
    assert isinstance(source, Source)
    check_rows(source.rows, problems, lambda done: None)
    for problem in problems:
        assert str(problem).isprintable()
        json.dumps(problem.to_plain())


@given(st.binary(max_size=300), st.sampled_from(["units.csv", "pick_lists.csv", "day.json", "x.txt"]))
def test_any_bytes_give_rows_or_sentences(data: bytes, name: str) -> None:
    survives(name, data)


@given(st.data(), st.sampled_from(list(KINDS)))
def test_any_cells_give_rows_or_sentences(data: st.DataObject, kind: str) -> None:
    columns = [column.name for column in KINDS[kind].all_columns]
    cells = st.lists(st.text(max_size=12), min_size=len(columns), max_size=len(columns))
    rows = data.draw(st.lists(cells, max_size=4))
    text = "\n".join(",".join(row) for row in [columns, *rows])
    survives(f"{kind}.csv", text.encode("utf-8", "replace"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), st.sampled_from(list(KINDS)))
def test_any_json_gives_rows_or_sentences(data: st.DataObject, kind: str) -> None:
    names = [column.name for column in KINDS[kind].columns] + ["lines"]
    lines = [column.name for column in KINDS[kind].lines] or ["x"]
    row = st.dictionaries(st.sampled_from(names), JSON | st.lists(st.dictionaries(st.sampled_from(lines), JSON)))
    survives("day.json", json.dumps({kind: data.draw(st.lists(row, max_size=3))}).encode())


def test_a_row_is_counted_as_a_spreadsheet_counts_it_and_its_line_is_named_where_it_is_another() -> None:
    problems = Problems()
    text = '# a comment\nproduct,serial,place,notes\nA,1,MAIN/A,"two\nlines"\n\nA,2,MAIN/A,x,y\n'
    read_bytes("units.csv", text.encode(), problems)
    assert [str(each.spot) for each in problems] == ["units.csv, row 5 (line 6)"]


@pytest.mark.parametrize(
    ("stem", "kind"),
    [
        ("units", "units"),
        ("units (1)", "units"),
        ("Units January", "units"),
        ("UNITS_2025", "units"),
        ("units2", "units"),
        ("pick lists (3)", "pick_lists"),
        ("Pick-Lists 2025-01", "pick_lists"),
        ("unitsold", None),
        ("my units", None),
        ("", None),
    ],
)
def test_a_file_is_of_the_kind_that_its_name_begins_with(stem: str, kind: str | None) -> None:
    found = kind_of_file(stem)
    assert (found.name if found else None) == kind


def test_a_field_that_stands_very_often_in_an_object_is_told_at_once() -> None:
    problems = Problems()
    fields = ",".join(f'"{number}":1' for number in range(100_000))
    read_bytes("units.json", f'{{"units": [{{{fields}, "99999": 2}}]}}'.encode(), problems)
    assert len(problems) == 1
