"""Does any input bring about more than the errors on purpose? Laws of what reads what others wrote.

Each law is tried on inputs that Hypothesis makes, first those of a grammar that is nearly right, then any
text or bytes. The counts are those of inputs; a law that breaks tells the smallest input that breaks it.
"""

import gzip
import random
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import hypothesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from monitor.adapters.answers import freshness_of, inflate, retry_after_of
from monitor.adapters.client import parsed, target_of
from monitor.adapters.guard import Refused
from monitor.config.load import load_config
from monitor.errors import ConfigError
from monitor.feeds.outline import _URL, _is_url
from monitor.feeds.scan import Screened, legible, screen
from monitor.matching.query import QueryError, parse_query
from monitor.model import ParseFailed
from monitor.text.urls import canonical_url, shown_url, without_secrets
from tests.prove.proof import Outcome, Proof, Say

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 2_000
MOST_ENTITIES = 256
SECRET = "s3cr3t"
LONGEST = timedelta(days=366)


def _built(*pieces: str) -> st.SearchStrategy[str]:
    """Texts of these pieces and some others, in any order."""
    return st.lists(st.sampled_from(pieces) | st.text(max_size=3), max_size=30).map("".join)


MARKUP = _built(
    "<rss>",
    "</rss>",
    "<channel>",
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<author>",
    "</author>",
    "<a b='",
    "<a xmlns:c='d'>",
    "'>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version='1.0'?>",
    "<?xml encoding='utf-16'?>",
    "<!DOCTYPE a [",
    "<!ENTITY a 'b'>",
    "<!ENTITY % a '&b;'>",
    "]>",
    "&a;",
    "&#0;",
    "&#xd800;",
    "&#99999999999;",
    "\x00",
)
URLS = _built(
    "http://",
    "https://",
    "HTTP:",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "?",
    "#",
    "&",
    "=",
    "[",
    "]",
    "::1",
    "127.0.0.1",
    "0x7f",
    "a.example",
    "ä.example",
    "xn--",
    "%2f",
    "%zz",
    "..",
    ".",
    ":443",
    ":99999",
    "utm_a=b",
    " ",
    "\t",
    "\r\n",
    "\ufeff",
)
DATES = _built(
    "Thu, ",
    "01 ",
    "Jan ",
    "2026 ",
    "0000 ",
    "10000 ",
    "00:00:00 ",
    "99:99 ",
    "GMT",
    "+9999",
    "-0000",
    "120",
    "-1",
    "1e9",
    "9" * 40,
    "٣",
    ",",
    ";",
)
QUERIES = _built(
    "Amazon ",
    "AND ",
    "OR ",
    "NOT ",
    "NEAR/5 ",
    "ONEAR/2 ",
    "NEAR/ ",
    "near ",
    "(",
    ")",
    '"',
    "„",
    "“",
    "*",
    "title:",
    "case:",
    "ttle:",
    "count(",
    ") >= 3 ",
    ">=",
    ">= 99999999 ",
    " ",
    "-",
    "ß ",
)
YAML = _built(
    "feeds:\n",
    "entities:\n",
    "receivers:\n",
    "watchlists:\n",
    "  - ",
    "  a: ",
    "    url: ",
    "https://a.example/f",
    "env:NONE",
    "{",
    "}",
    "[",
    "]",
    ": ",
    ", ",
    "\n",
    "\t",
    "&a ",
    "*a",
    "!!python/object ",
    "<<: ",
    "---\n",
    "'",
    '"',
    "every: ",
    "5m",
    "names: ",
    "when: ",
    "quiet: ",
    "~",
    "0o7",
    "1e400",
    "\x00",
    "\x85",
    "\ufeff",
    "| \n",
)


# ---- laws ------------------------------------------------------------------------------------------


def screens(body: bytes) -> None:
    """A screened feed holds no DTD that a document made; nothing else is ever raised."""
    found = screen(body)
    assert isinstance(found, Screened | ParseFailed)
    if isinstance(found, Screened):
        prolog = re.split(rb"<[A-Za-z_\x80-\xff]", found.body, maxsplit=1)[0]
        assert b"%" not in prolog
        assert len(re.findall(b"<!ENTITY", prolog)) <= MOST_ENTITIES
    legible(body, "utf-7")


def inflates(body: bytes) -> None:
    """What is inflated is never longer than the limit, whole where it is not refused."""
    for raw in (
        body,
        gzip.compress(body),
        gzip.compress(body)[:-3],
        gzip.compress(body) * 3,
        b"\x1f\x8b" + body,
    ):
        try:
            assert len(inflate(raw, "gzip", LIMIT)) <= LIMIT
        except Refused:
            continue
    if body:
        with suppress(Refused):
            raise AssertionError(inflate(gzip.compress(body), "gzip", len(body) - 1))
    if len(body) <= LIMIT:
        assert body == inflate(gzip.compress(body), "gzip", LIMIT)


def names(url: str) -> None:
    """A canonical URL is its own; what is shown can be shown again."""
    assert canonical_url(url) == canonical_url(canonical_url(url))
    assert isinstance(shown_url(url), str)
    without_secrets(url)


def hides(url: str) -> None:
    """A user, a password, a query and a fragment are not shown."""
    for secret in (f"https://u:{SECRET}@a.example/{url}", f"https://a.example/b?c={SECRET}&{url}"):
        kept = shown_url(secret)
        assert SECRET not in kept.partition("(not")[0]
        assert SECRET not in shown_url(f"https://a.example/#{SECRET}")


def leads(url: str) -> None:
    """A URL, or where a redirect leads, is one of http or https without a user, or refused."""
    base = httpx.URL("https://a.example/b?c=d")
    asked: tuple[Callable[[], httpx.URL], ...] = (lambda: parsed(url)[0], lambda: target_of(base, url))
    for ask in asked:
        try:
            target = ask()
        except Refused:
            continue
        assert target.scheme in ("http", "https")
        assert not target.userinfo
        assert not target.fragment
        assert re.fullmatch(rb"[\x21-\x7e]+", target.raw_path), target.raw_path
        assert re.fullmatch(rb"[A-Za-z0-9_.:-]+", target.raw_host)


def waits(text: str) -> None:
    """A wait that a server names is none, or from nothing up to a year."""
    fields = {
        "retry-after": text,
        "date": text,
        "expires": text,
        "age": text,
        "cache-control": f"max-age={text}",
    }
    for wait in (
        retry_after_of(fields, NOW),
        retry_after_of({"retry-after": text}, NOW),
        freshness_of(fields, NOW).max_age,
        freshness_of({"expires": text}, NOW).max_age,
    ):
        assert wait is None or timedelta() <= wait <= LONGEST


def asks(text: str) -> None:
    """A query is read, or refused at a place in it, or right behind it."""
    try:
        parse_query(text)
    except QueryError as error:
        refused = error
    else:
        return
    assert 1 <= refused.column <= len(text) + 1
    assert str(refused)


def configures(text: str) -> None:
    """A configuration is read, or refused with the line and column of each fault in it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "monitor.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load_config(path, {})
        except ConfigError as error:
            faults = error.faults
        else:
            return
    lines = sum(text.count(end) for end in "\n\r\x85\u2028\u2029") + 2
    assert faults
    assert all(0 <= fault.line <= lines for fault in faults)
    assert all((fault.line > 0) == (fault.column > 0) for fault in faults)


def stands(text: str) -> None:
    """A link of a feed that is taken as it stands is one that no resolving changes."""
    if _is_url(text):
        assert text == urljoin("http://base.example/a/b", text)
        assert text == urljoin("https://base.example/a/b?c", text)
        assert text == urlsplit(text).geturl()


LAWS: Mapping[str, tuple[Callable[[Any], None], st.SearchStrategy[Any]]] = {
    "screen": (screens, MARKUP.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=300)),
    "inflate": (inflates, st.binary(max_size=300) | st.binary(max_size=40).map(lambda piece: piece * 100)),
    "canonical": (names, URLS | st.text(max_size=60)),
    "shown": (hides, URLS),
    "redirect": (leads, URLS | st.text(max_size=60)),
    "waits": (waits, DATES | st.text(max_size=40) | st.integers(-(10**20), 10**40).map(str)),
    "query": (asks, QUERIES | st.text(max_size=60)),
    "configuration": (configures, YAML),
    "outline": (
        stands,
        st.from_regex(_URL, fullmatch=True) | st.builds("https://a.example/{}".format, st.text("a/.?#&%=;")),
    ),
}


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Try every law on its share of so many inputs."""
    share = -(-count // len(LAWS))
    faults: list[str] = []
    tried = 0
    for name, (law, inputs) in LAWS.items():
        seen, fault = _try(law, inputs, share, dice.randrange(1 << 32))
        tried += seen
        faults += [f"{name}: {fault}"] if fault else []
        say(f"{name}: {seen} inputs{', broken' if fault else ''}")
    return Outcome(tried=tried, faults=tuple(faults), facts={"laws": len(LAWS)})


def _try(
    law: Callable[[Any], None], inputs: st.SearchStrategy[Any], count: int, seed: int
) -> tuple[int, str]:
    """Return how many inputs were tried, and what broke the law, if anything did."""
    seen = 0

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(inputs)
    def attempt(value: Any) -> None:
        nonlocal seen
        seen += 1
        law(value)

    try:
        attempt()
    except Exception as error:  # noqa: BLE001  (that is what is looked for)
        return seen, "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return seen, ""


PROOF = Proof(
    name="fuzz",
    law="whatever is read, only errors on purpose come of it, and the laws of reading hold",
    unit="inputs",
    sample=450,
    usual=22_500,
    full=450_000,
    seconds=100,
    run=run,
)
