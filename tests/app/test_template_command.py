"""`memberbot template …`: words in and out as files, all of them or none."""

from pathlib import Path

import pytest

from tests.app.test_commands import Run, run

__all__ = ["run"]
GOOD = """\
care:
  birthday:
    zh: |
      <b>生日快乐</b>，{{ name or "朋友" }}！
    en: Happy birthday, {{ name or "friend" }}!
    buttons:
      - to: benefits
      - {to: "https://example.com/map", zh: 到店导航, en: How to find us}
event:
  invitation:
    zh: 诚邀您参加{{ names }}，{{ starts_at|moment(zone) }}。
"""


def written(folder: Path, text: str) -> str:
    file = folder / "words.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_words_come_in_are_shown_and_go_out_again(run: Run, tmp_path: Path) -> None:
    taken = run("template", "import", written(tmp_path, GOOD))
    assert (taken.code, taken.out) == (0, "care.birthday: added\nevent.invitation: added\n")
    shown = run("template", "preview", "care.birthday", "--lang", "zh").out
    assert shown.startswith(
        "生日快乐，小美！\n[🎁 会员权益]\n[到店导航] https://example.com/map\n"
    )
    out = tmp_path / "out"
    assert "2 of" in run("template", "export", str(out)).out
    assert {file.name for file in out.iterdir()} == {"care.yaml", "event.yaml", "level.yaml"}
    again = run("template", "import", str(out))
    assert (again.code, again.out.count("nothing changed")) == (0, 2)
    assert "shipped" in run("template", "list").out
    assert run("template", "check").code == 0


def test_null_takes_the_shipped_words_again(run: Run, tmp_path: Path) -> None:
    run("template", "import", written(tmp_path, GOOD))
    run("template", "import", written(tmp_path, "care:\n  birthday: null\n"))
    assert "愿您新的一岁" in run("template", "preview", "care.birthday", "--lang", "zh").out


def test_every_fault_is_told_with_its_line_and_nothing_is_taken(run: Run, tmp_path: Path) -> None:
    bad = GOOD.replace("{{ starts_at|moment(zone) }}", "{{ nmae }}").replace(
        '生日快乐</b>，{{ name or "朋友" }}', "生日快乐</b>\n      {{ 9 ** 9 }}"
    )
    ended = run("template", "import", written(tmp_path, bad))
    assert ended.code == 1
    first, second, last = ended.err.splitlines()
    assert "words.yaml:5:5 care.birthday.zh: ** is not allowed here." in first
    assert "words.yaml:12:5 event.invitation.zh: there is no value “nmae”" in second
    assert last == "memberbot: nothing was taken"
    assert run("template", "list").out.count("shipped") >= 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("care:\n  birthdy:\n    zh: x\n", "did you mean care.birthday?"),
        ("error:\n  broken:\n    zh: x\n", "no message error.broken to replace"),
        ("care:\n  holiday:\n    fr: x\n", "care.holiday.fr"),
        ("care: [", "words.yaml"),
        ("", "must begin with care:"),
        ("care:\n  holiday:\n    zh: 1\n", "care.holiday.zh"),
        ("care:\n  holiday: {}\n", "there is no text"),
        ("care:\n  holiday:\n    zh: x\n    buttons: [{to: nowhere}]\n", "nothing is called"),
    ],
)
def test_a_file_that_makes_no_sense_is_told_so(
    run: Run, tmp_path: Path, text: str, says: str
) -> None:
    ended = run("template", "check", written(tmp_path, text))
    assert ended.code == 1
    assert says in ended.err


def test_a_message_that_may_not_be_replaced_is_named(run: Run) -> None:
    ended = run("template", "preview", "care.birthdy")
    assert ended.code == 1
    assert "care.birthday" in ended.err
