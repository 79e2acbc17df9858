"""The register of personal data covers the schema: no table that names a person is forgotten."""

from storage.holdings import HOLDINGS, NOT_OF_A_PERSON, Erase
from storage.tables import metadata

# Columns by which a table names a member or a chat.
NAMING = ("member_id", "address_id", "kept_id", "merged_id", "from_member", "to_member", "user")
FREE_TEXT = ("reason", "text", "raw", "cause", "improvement", "note", "comment")
# Words of ours, such as `purchase`.
CODES = {("level_changes", "reason"), ("expiry_extensions", "reason")}


def test_every_table_that_names_a_person_is_registered() -> None:
    known = {holding.table for holding in HOLDINGS} | set(NOT_OF_A_PERSON)
    named = {
        table.name
        for table in metadata.sorted_tables
        if any(column in table.c for column in NAMING)
    }
    assert named - known == set()


def test_every_column_that_names_a_member_is_followed() -> None:
    followed = {(holding.table, holding.by) for holding in HOLDINGS}
    missed = [
        f"{table.name}.{column}"
        for table in metadata.sorted_tables
        for column in ("member_id", "from_member", "to_member", "kept_id", "merged_id")
        if column in table.c
        and table.name not in NOT_OF_A_PERSON
        and (table.name, column) not in followed
    ]
    assert missed == []


def test_registered_tables_and_columns_exist() -> None:
    wrong = [
        f"{holding.table}.{column}"
        for holding in HOLDINGS
        for column in (holding.by, *holding.hidden, *holding.sealed, *holding.blank)
        if column not in metadata.tables[holding.table].c
    ]
    assert wrong == []


def test_free_text_of_a_person_never_survives_erasing() -> None:
    survives = [
        f"{table.name}.{column}"
        for table in metadata.sorted_tables
        for column in FREE_TEXT
        if column in table.c and (table.name, column) not in CODES
        for holding in [next((h for h in HOLDINGS if h.table == table.name), None)]
        if holding is not None
        and holding.erase is not Erase.DELETE
        and column not in holding.blank
    ]
    assert survives == []


def test_what_a_register_entry_belongs_to_comes_before_it() -> None:
    seen = {"members"}
    for holding in HOLDINGS:
        assert holding.of in seen, holding
        seen.add(holding.table)
