"""`memberbot audience …` and `memberbot member tag`: read, counted, saved, followed, closed."""

from pathlib import Path

import pytest

from tests.app.test_commands import Run, run

__all__ = ["run"]
WHO = "ext:m-1"
VIPS = "tag = VIP"


@pytest.fixture
def club(run: Run, tmp_path: Path) -> Run:
    """Two members who were imported; one carries a tag."""
    file = tmp_path / "members.csv"
    file.write_text("external_id,name\nm-1,Mei\nm-2,Bob\n", "utf-8")
    assert run("import", "members", str(file)).code == 0
    assert run("member", "tag", WHO, "VIP").out == "tags: VIP\n"
    return run


def test_an_audience_is_counted_saved_followed_and_closed(club: Run, tmp_path: Path) -> None:
    assert club("audience", "count", VIPS).out.startswith("1 of 2 members (50 %)")
    assert club("audience", "explain", f"not ({VIPS})").out == "not tag = VIP\n"
    assert club("audience", "explain", VIPS, "--lang", "zh").out == "标签 = VIP\n"
    assert len(club("audience", "sample", VIPS).out.splitlines()) == 2
    assert club("audience", "save", "Best", VIPS).out == "Best: tag = VIP\n"
    taken = club("audience", "save", "Best", "tag has any")
    assert taken.code == 1
    followed = club("audience", "follow", "Best", "--tag", "dear")
    assert followed.out == "Best: followed, 1 members\n"
    assert "dear" in club("member", "tag", WHO, "VIP").out
    assert "followed" in club("audience", "list").out
    file = tmp_path / "moves.csv"
    moved = club("audience", "moves", "Best", "--csv", str(file)).out
    assert moved.splitlines()[1].split()[1:] == ["1", "0"]
    assert file.read_text("utf-8-sig").splitlines()[1].endswith(",in")
    listed = tmp_path / "members.csv"
    assert club("audience", "members", VIPS, str(listed)).out.startswith("1 members written")
    assert len(listed.read_text("utf-8-sig").splitlines()) == 2
    assert club("audience", "close", "Best").out == "closed: Best\n"
    assert club("member", "tag", WHO, "VIP", "--take").out == "tags: none\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("count", "levle = gold"), "levle"),
        (("count", ""), "Nothing is written"),
        (("save", "a=b", VIPS), "1 to 40 characters"),
        (("follow", "Nobody"), "no saved audience"),
        (("close", "Nobody"), "no saved audience"),
    ],
)
def test_mistakes_are_told_in_a_sentence(club: Run, arguments: tuple[str, ...], says: str) -> None:
    ended = club("audience", *arguments)
    assert ended.code == 1
    assert says in ended.err
