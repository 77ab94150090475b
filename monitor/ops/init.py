"""`monitor init`: a few answers become a configuration that holds, with its secrets beside it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.config.secret import signing_key
from monitor.errors import UsageError
from monitor.matching.lint import NameWarning, lint
from monitor.model import Entity
from monitor.ops.drafting import RECEIVER, STORE_FILE, STORE_FOLDER, Answers, draft, new_secret
from monitor.ops.preview import Previewed, plain_preview, preview_table, preview_words
from monitor.tables import Shown

_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A configuration that was written and holds; `made` are all new files, the secrets first.

    `found` is a store that was there before the file.
    """

    config: Config
    answers: Answers
    made: tuple[Path, ...]
    found: Path | None = None


def expect_new(output: Path, *, force: bool) -> None:
    """Return if a configuration may be written there.

    Raises:
        UsageError: there is one.
    """
    if output.exists() and not force:
        raise UsageError(f"{output} is there already; --force overwrites it, --output FILE names another")


def expect_distinct(entities: Sequence[Entity]) -> None:
    """Return if no entity is named twice.

    Raises:
        UsageError: one is.
    """
    ids = [entity.id for entity in entities]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is named twice; more names of one entity are written as Amazon|AWS")


def doubts(entities: Sequence[Entity]) -> Sequence[NameWarning]:
    """Return which names will mislead, and what to do."""
    return lint(entities)


def doubt_words(doubt: NameWarning) -> str:
    """Return in one line what is doubtful about a name."""
    return f"warning: name '{doubt.name}' {doubt.problem}; {doubt.suggestion}"


def begin(answers: Answers, output: Path, environ: Mapping[str, str], now: datetime, *, force: bool) -> Begun:
    """Write the configuration and its secrets; nothing of it stays where it does not hold.

    A secret that is there already is kept: the receiver knows it.

    Raises:
        ConfigError: it does not hold.
        UsageError: a file is in the way, or cannot be written.
    """
    expect_new(output, force=force)
    made: list[Path] = []
    store = output.parent / STORE_FOLDER / STORE_FILE
    found = store if store.exists() and not output.exists() else None
    beside = output.with_name(f".{output.name}.new")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        for name, content in answers.receiving.secret_files.items():
            made += _secret_file(output.parent / name, content)
        if answers.receiving.signed:
            made += _signing_secret(output.parent / f"{RECEIVER}.secret")
        beside.write_text(draft(answers, output.parent, now), encoding="utf-8")
        load_config(beside, environ)
        beside.replace(output)
        made.append(output)
        # What the store will hold is nobody else's business.
        (output.parent / STORE_FOLDER).mkdir(mode=0o700, exist_ok=True)
        config = load_config(output, environ)
        return Begun(config=config, answers=answers, made=tuple(made), found=found)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
        if output not in made:
            for file in made:
                file.unlink(missing_ok=True)


def show_begun(begun: Begun, previewed: Sequence[Previewed], tested: Shown, *, with_table: bool) -> Shown:
    """Return what was written, what the last articles say, how the receiver answered, and what to do next."""
    output, receiving = begun.config.path, begun.answers.receiving
    warnings = [f"warning: {fault}" for fault in begun.config.warnings]
    if begun.found is not None:
        warnings.append(
            f"warning: the store {begun.found} was there already; if another configuration uses it, write "
            "another 'store.url' into this one: what one of them has told the other does not tell"
        )
    plain: dict[str, Any] = {
        "file": str(output),
        "made": [str(path) for path in begun.made],
        "warnings": warnings,
        "preview": plain_preview(previewed),
        "test": tested.plain,
    }
    words = (
        *warnings,
        *([preview_words(previewed)] if with_table else []),
        f"written: {', '.join(str(path) for path in begun.made)}",
        *_about_secret(begun),
        *(f"test: {line}" for line in tested.words),
        *(["test: that was a receiver for this test alone; it has ended"] if receiving.listens else []),
        *_next(begun, failed=tested.failed),
    )
    tables = (preview_table(previewed),) if with_table else ()
    return Shown(plain=plain, tables=tables, words=words, failed=tested.failed)


def _about_secret(begun: Begun) -> Sequence[str]:
    receiving = begun.answers.receiving
    if not receiving.signed:
        return ()
    secret = begun.config.path.parent / f"{RECEIVER}.secret"
    if receiving.listens:
        return (f"the secret in {secret} signs every event; `monitor receivers listen` verifies it",)
    return (
        f"the secret in {secret} signs every event after Standard Webhooks; give it to the receiver",
        "  it verifies that base64(hmac_sha256(secret, 'webhook-id.webhook-timestamp.body')) stands behind",
        "  'v1,' in webhook-signature; examples/receivers has complete ones in five languages",
    )


def _next(begun: Begun, *, failed: bool) -> Sequence[str]:
    file = begun.config.path
    again = [f"  monitor receivers test {RECEIVER} -c {file}   (when what is wrong with it is mended)"]
    listen = [f"  monitor receivers listen {RECEIVER} -c {file}   (in another terminal, and leave it there)"]
    return (
        "next:",
        *(again if failed else []),
        *(listen if begun.answers.receiving.listens else []),
        f"  monitor once -c {file}   (one pass: polls, reads, matches, delivers, and ends)",
        f"  monitor run -c {file}    (the service)",
    )


def _signing_secret(path: Path) -> Sequence[Path]:
    try:
        signing_key(path.read_text("utf-8").strip())
    except FileNotFoundError:
        return _secret_file(path, new_secret())
    except ValueError as error:
        raise UsageError(f"{path} is there already, but {error}; move it away") from error
    return ()


def _secret_file(path: Path, content: str) -> Sequence[Path]:
    """Write a file that its owner alone may read, unless the same content stands there; return it if new."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        if path.read_text("utf-8").strip() == content:
            return ()
        raise UsageError(f"{path} is there already and says something else; move it away") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{content}\n")
    return (path,)
