"""What tells languages apart, as it comes or as it was packed.

Its model comes compressed, and is unpacked at each start; `pack` writes it such that it need not be, and
that only what is looked at takes memory.
"""

import json
from array import array
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier


def unpacked(languages: Sequence[str]) -> LanguageIdentifier:
    """Return the identifier as it comes, for the languages (BCP 47) that it shall choose among."""
    return _put_aside(_whole(languages))


def pack(folder: Path, languages: Sequence[str]) -> None:
    """Write the model of an identifier of these languages, unpacked, into a folder that is there; 47 MB.

    Raises:
        OSError: it cannot be written.
    """
    model = _whole(languages)
    (folder / "languages.json").write_text(json.dumps(list(model.nb_classes)), encoding="utf-8")
    np.save(folder / "features.npy", model.nb_ptc)
    np.save(folder / "shares.npy", model.nb_pc)
    np.save(folder / "rows.npy", np.asarray(model.tk_row))
    np.save(folder / "found.npy", np.asarray(model.tk_output))
    with (folder / "moves").open("wb") as file:
        model.tk_nextmove.tofile(file)


def read_packed(folder: Path) -> LanguageIdentifier:
    """Return the identifier that `pack` wrote into a folder.

    Raises:
        OSError: it cannot be read.
    """
    languages = json.loads((folder / "languages.json").read_text(encoding="utf-8"))
    with (folder / "moves").open("rb") as moves:
        return LanguageIdentifier(
            np.load(folder / "features.npy", mmap_mode="r"),
            np.load(folder / "shares.npy"),
            languages,
            _looked_at(moves),
            # A list of a hundred thousand numbers takes ten times as much, and is asked no faster.
            array("i", np.load(folder / "found.npy").tolist()),
            norm_probs=True,
            tk_row=array("I", np.load(folder / "rows.npy").tolist()),
        )


def _whole(languages: Sequence[str]) -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(list(languages))
    return whole


def _put_aside(whole: LanguageIdentifier) -> LanguageIdentifier:
    """Return one that never knew the other languages, and takes 60 MB less.

    Its table of moves takes 42 MB, of which one language needs a small part: it is put into a file without
    a name. The identifier itself unpacks its model into such a file as well.
    """
    with TemporaryFile() as file:
        whole.tk_nextmove.tofile(file)
        file.flush()
        return LanguageIdentifier(
            whole.nb_ptc,
            whole.nb_pc,
            whole.nb_classes,
            _looked_at(file),
            whole.tk_output,
            norm_probs=True,
            tk_row=whole.tk_row,
        )


def _looked_at(file: BinaryIO) -> "memoryview[int]":
    """Return the unsigned integers in a file, of which only what is looked at takes memory."""
    return memoryview(mmap(file.fileno(), 0, access=ACCESS_READ)).cast("I")
