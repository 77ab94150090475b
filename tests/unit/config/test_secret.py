import base64
from pathlib import Path

import pytest

from monitor.config.secret import Sources, resolved, signing_key


def test_a_value_is_found_in_the_environment_or_in_a_file_or_is_itself(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\ufeffdeep\r\n", "utf-8")
    sources = Sources(environ={"NAME": " wide "}, folder=tmp_path)

    assert "wide" == resolved("env:NAME", sources)
    assert "deep" == resolved("file:key", sources)
    assert "deep" == resolved(f"file:{tmp_path}/key", sources)
    assert "plain" == resolved("plain", sources)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"x" * 70_000, "is too big"),
    ],
)
def test_a_file_without_one_secret_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)

    with pytest.raises(ValueError, match=problem):
        resolved("file:key", Sources(environ={}, folder=tmp_path))


def test_the_folder_of_a_file_that_is_missing_is_told_where_only_its_name_is_known() -> None:
    sources = Sources(environ={}, folder=Path("/nowhere"))

    with pytest.raises(ValueError, match=r"no such file or directory; it is looked for in /nowhere$"):
        resolved("file:desk.secret", sources)
    with pytest.raises(ValueError, match=r"no such file or directory$"):
        resolved("file:/elsewhere/desk.secret", sources)


@pytest.mark.parametrize("reference", ["env:", "env:A B", "env:1", "file:", "file:.", "file:a\0b"])
def test_references_to_nothing_are_refused(reference: str) -> None:
    with pytest.raises(ValueError, match=r"variable|cannot be read"):
        resolved(reference, Sources(environ={}, folder=Path("/nowhere")))


@pytest.mark.parametrize("size", [24, 32, 64])
@pytest.mark.parametrize("prefix", ["whsec_", ""])
def test_keys_of_24_to_64_bytes_are_decoded(size: int, prefix: str) -> None:
    key = bytes(range(size))

    assert key == signing_key(prefix + base64.b64encode(key).decode())


@pytest.mark.parametrize("size", [0, 1, 23, 65])
def test_other_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        signing_key("whsec_" + base64.b64encode(bytes(size)).decode())
