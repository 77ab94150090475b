"""Is everything wrong with a broken configuration told, at its place, in words that help?"""

import re
from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.errors import ConfigError

GALLERY = Path(__file__).parent / "gallery" / "cases.txt"
ENVIRON = {
    "GOOD": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "EMPTY": "  ",
    "SHORT": "whsec_aHVudGVyMg==",
    "ODD": "whsec_hunter2!",
}
CASE = re.compile(r"^=== (?P<name>.+)\n(?P<file>(?:.*\n)*?)---\n(?P<faults>(?:.+\n?)+)", re.MULTILINE)
CASES = [
    (found["name"], found["file"], found["faults"]) for found in CASE.finditer(GALLERY.read_text("utf-8"))
]


def test_the_gallery_is_large() -> None:
    assert len(CASES) >= 60
    assert GALLERY.read_text("utf-8").count("\n=== ") == len(CASES)


@pytest.mark.parametrize(("file", "faults"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_fault_is_told_at_its_place_and_no_secret_is(file: str, faults: str, tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    path.write_text(file.replace("----", "---", 1) if "separator" in file else file, "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(path, ENVIRON)

    told = [str(fault).removeprefix(str(path)).removeprefix(":").lstrip() for fault in caught.value.faults]
    assert faults.strip().split("\n") == [
        each.replace(str(path), "FILE").replace(str(tmp_path), "FOLDER") for each in told
    ]
    assert "hunter2" not in str(caught.value)
    assert "aHVudGVyMg" not in str(caught.value)
