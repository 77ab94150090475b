"""Laws of reading an article's page, and what the feed carries of it."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.articles.extract import read_announced, read_page
from monitor.articles.language import choose_language
from monitor.model import Announced, Document, Extracted, Verdict
from monitor.text.plain import from_plain, to_plain
from tests.unit.articles.pages import (
    ENGLISH,
    GERMAN,
    LEAD,
    SECOND,
    document,
    everything,
    page,
    paragraphs,
    read,
)

SEEDS = Path(__file__).parents[3] / "seeds"
UMLAUTS = page(paragraphs(GERMAN), title="Fünf Größen für Käufer")


def seeds() -> dict[str, dict[str, Any]]:
    expected: dict[str, dict[str, Any]] = yaml.safe_load((SEEDS / "expected.yaml").read_text())["articles"]
    return expected


# ---- the ordinary page -------------------------------------------------------------------------


def test_a_page_gives_title_lead_and_body() -> None:
    zones = read(page(paragraphs(GERMAN))).zones

    assert zones.title == "Konzern ordnet Forschung neu"
    assert zones.text == "\n\n".join(GERMAN)
    assert zones.text[: zones.lead_end] == LEAD


def test_a_page_of_one_paragraph_is_all_lead() -> None:
    zones = read(page(paragraphs((f"{LEAD} {SECOND}",)))).zones

    assert zones.lead_end == len(zones.text) > 0


def test_the_title_does_not_stand_in_the_text_again() -> None:
    title = "Konzern ordnet Forschung neu"

    extracted = read(page(f"<p>{title.upper()}</p>{paragraphs(GERMAN)}", title=title))

    assert extracted.zones.text.startswith(LEAD)


def test_a_paragraph_that_stands_twice_is_told_once() -> None:
    extracted = read(page(paragraphs((LEAD, SECOND, LEAD))))

    assert extracted.zones.text.count(LEAD) == 1


def test_captions_have_a_zone_of_their_own() -> None:
    figure = "<figure><img src=a.jpg alt=x><figcaption>Der  Vorstand\nin Frankfurt</figcaption></figure>"

    zones = read(page(paragraphs((LEAD,)) + figure + figure + paragraphs((SECOND,)))).zones

    assert zones.captions == "Der Vorstand in Frankfurt"
    assert "Vorstand" not in zones.text


def test_what_the_page_says_of_itself_goes_along() -> None:
    head = (
        '<link rel="canonical" href="/wirtschaft/kanon.html"><script type="application/ld+json">'
        '{"@type": "NewsArticle", "datePublished": "2025-12-17T20:00:00+01:00",'
        '"author": {"name": "Die \\ud800 Redaktion"}, "isAccessibleForFree": true}</script>'
    )

    extracted = read(page(paragraphs(GERMAN), head=head))

    assert extracted.canonical_url == "https://www.example.org/wirtschaft/kanon.html"
    assert extracted.language == "de"
    assert extracted.authors == ("Die Redaktion",)
    assert str(extracted.published_at) == "2025-12-17 19:00:00+00:00"
    assert extracted.access == "free"


def test_the_announced_title_stands_in_where_the_page_has_none() -> None:
    extracted = read(f"<html><body>{paragraphs(GERMAN)}</body></html>", title="Aus dem\x00 Feed")

    assert extracted.zones.title == "Aus dem Feed"


def test_a_title_without_end_is_cut() -> None:
    assert len(read(page(paragraphs(GERMAN), title="Wort " * 9000)).zones.title) <= 1000


def test_a_text_that_is_too_long_is_cut_and_said_to_be_partial() -> None:
    texts = tuple(f"{number}. {SECOND}" for number in range(1500))

    extracted = read(page(paragraphs(texts)))

    assert len(extracted.zones.text) == 200_000
    assert extracted.verdict is Verdict.PARTIAL


# ---- hostile pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "verdict", "shown"),
    [
        (0, Verdict.FULL, (*GERMAN, SECOND * 2)),
        (1, Verdict.PARTIAL, (*GERMAN, SECOND * 2)),
        (6, Verdict.PARTIAL, GERMAN),
    ],
    ids=["as many as are read", "a closing tag more", "a paragraph more"],
)
def test_of_very_many_tags_the_first_are_read(over: int, verdict: Verdict, shown: tuple[str, ...]) -> None:
    def of(comments: int) -> str:
        return page(paragraphs(GERMAN) + "<!---->" * comments + paragraphs((SECOND * 2,)))

    extracted = read(of(100_000 + over - of(0).count("<")))

    assert (verdict, "\n\n".join(shown)) == (extracted.verdict, extracted.zones.text)


@pytest.mark.parametrize("depth", [300, 1000, 1900])
def test_nesting_does_not_hide_an_article(depth: int) -> None:
    body = page("<div>" * depth + paragraphs(GERMAN) + "</div>" * depth)

    extracted = read(body)

    assert extracted.verdict is Verdict.FULL
    assert extracted.zones.text == "\n\n".join(GERMAN)


def test_what_no_parser_reaches_is_empty_and_never_called_full() -> None:
    extracted = read(page("<div>" * 6000 + paragraphs(GERMAN)))

    assert extracted.verdict is Verdict.EMPTY


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 1500 + "Related articles" + "</div>" * 1500,
        '<div class="related">' * 1500,
        "<h1>Oben" * 1500,
        "<p>Trending</p><ul><li>x</ul>" * 3000,
        "<span></span>" * 5000 + "<h3>Related</h3>" * 5000,
        "<script></script>Wort " * 30_000,
        "<figcaption>" * 1500 + "unten",
        "<a href=x>eins <a href=y>zwei</a></a>" * 5000,
        "<p" + "".join(f" a{number}=1" for number in range(3000)) + ">text",
    ],
    ids=["headings", "boxes", "titles", "lists", "siblings", "tails", "captions", "links", "attributes"],
)
def test_hostile_pages_cost_time_in_proportion(hostile: str) -> None:
    began = time.process_time()

    read(page(hostile + paragraphs(GERMAN)))

    # Generous on a slow machine; what is quadratic takes minutes.
    assert time.process_time() - began < 8


@pytest.mark.parametrize("body", [b"", b"  ", b"<!-- nothing -->", b"\x00\x00", b"<?xml version='1.0'?>"])
def test_a_document_without_text_is_empty(body: bytes) -> None:
    extracted = read(body, title="Aus dem Feed")

    assert extracted.verdict is Verdict.EMPTY
    assert (extracted.zones.title, extracted.zones.text) == ("Aus dem Feed", "")


def test_a_page_of_scripts_alone_is_empty() -> None:
    assert read("<html><body><script>var a = 1</script></body></html>").verdict is Verdict.EMPTY


def test_characters_that_nothing_can_keep_are_dropped() -> None:
    text = "Vor\x00ne &#0;&#xD800;&#x1F;&#65535;\ufffe&#147;so&#x94; \x1b[31m und\x7f hinten\x9b."

    extracted = read(page(f"<p>{text} {SECOND} {LEAD}</p>"))

    assert extracted.zones.text.startswith("Vorne “so” [31m und hinten.")
    assert all(character == "\n" or ord(character) >= 32 for character in everything(extracted))
    assert extracted.zones.text.encode()


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=utf-16", "text/html;charset=x"]))
def test_no_bytes_raise_and_every_answer_crosses_the_pipe(body: bytes, content_type: str | None) -> None:
    extracted = read_page(document(body, content_type), Announced(title="\ud800 Titel"))

    assert extracted == from_plain(Extracted, to_plain(extracted))
    assert everything(extracted).encode() is not None


# ---- charsets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (UMLAUTS.replace('<meta charset="utf-8">', "").encode(), "text/html"),
        (UMLAUTS.encode(), "text/html; charset=iso-8859-1"),
        (UMLAUTS.encode("utf-8-sig"), None),
        (UMLAUTS.encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (UMLAUTS.encode("latin-1"), 'text/html; charset="latin-1"'),
        (UMLAUTS.replace("utf-8", "iso-8859-15").encode("iso-8859-15"), "text/html"),
        (UMLAUTS.replace("utf-8", "nonsense").encode("cp1252"), None),
        (b"\xff\xfe" + UMLAUTS.encode("utf-16-le"), "text/html"),
        (b"\xfe\xff" + UMLAUTS.encode("utf-16-be"), "text/html; charset=utf-8"),
        *(
            (UMLAUTS.encode("latin-1"), f"text/html; charset={name}")
            for name in ("zlib", "rot13", "idna", "punycode", "utf-7", "hex", "unknown", "..", "undefined")
        ),
    ],
)
def test_umlauts_survive_whatever_is_declared(body: bytes, content_type: str | None) -> None:
    extracted = read(body.replace(b'<meta charset="utf-8">', b""), content_type)

    assert extracted.zones.title == "Fünf Größen für Käufer"
    assert "Rechenzentren betreuen. Über Kosten" in extracted.zones.text


def test_quotes_of_windows_are_read_where_latin_1_is_declared() -> None:
    body = page(f"<p>\x93Gut so\x94, sagte eine Sprecherin. {LEAD} {SECOND}</p>").encode("latin-1")

    extracted = read(body, "text/html; charset=iso-8859-1")

    assert extracted.zones.text.startswith("“Gut so”")


def test_one_broken_byte_costs_one_character() -> None:
    body = page(paragraphs(GERMAN)).encode().replace(b"Frankfurt", b"Frank\xfffurt")

    extracted = read(body)

    assert "Frank\ufffdfurt" in extracted.zones.text
    assert "Über Kosten" in extracted.zones.text


def test_other_scripts_are_read_by_their_declared_charset() -> None:
    text = "Компания объединит свои исследовательские отделы в одном городе, сообщила представитель. " * 4

    extracted = read(page(f"<p>{text}</p>").encode("koi8-r"), "text/html; charset=koi8-r")

    assert "исследовательские отделы" in extracted.zones.text


# ---- what the feed carries ---------------------------------------------------------------------


def test_a_summary_is_part_of_an_article() -> None:
    extracted = read_announced(Announced(title="Titel", summary=f"<p>{LEAD}</p>", authors=("dpa",)))

    assert extracted.verdict is Verdict.PARTIAL
    assert (extracted.zones.text, extracted.zones.lead_end) == (LEAD, len(LEAD))
    assert extracted.authors == ("dpa",)


def test_a_long_content_is_the_whole_article() -> None:
    announced = Announced(content=paragraphs(tuple(f"{n} {text}" for n in range(3) for text in GERMAN)))

    assert read_announced(announced).verdict is Verdict.FULL
    assert (
        read_announced(replace(announced, content="", summary=announced.content)).verdict is Verdict.PARTIAL
    )


@pytest.mark.parametrize(
    "fragment", ["", " ", "<!-- x -->", "<p></p>", "<script>alert('Amazon')</script>", "\x00"]
)
def test_a_fragment_without_text_is_empty(fragment: str) -> None:
    extracted = read_announced(Announced(title="Titel", summary=fragment))

    assert (extracted.verdict, extracted.zones.text) == (Verdict.EMPTY, "")


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("Nur Text & mehr", "Nur Text & mehr"),
        ("eins<br>zwei", "eins\n\nzwei"),
        ("</div></body>danach", "danach"),
        ("fett<b>gedruckt</b> und <i>kursiv</i>", "fettgedruckt und kursiv"),
        ("a\ud800b \x00c", "ab c"),
        ("<style>p {}</style><p>vor</p><iframe>drin</iframe>nach", "vor\n\nnach"),
        ('<p>vor <embed src="/a"> nach</p><embed>ganz nach', "vor nach\n\nganz nach"),
    ],
)
def test_fragments_are_read_as_text(fragment: str, text: str) -> None:
    assert text == read_announced(Announced(summary=fragment)).zones.text


def test_captions_of_a_fragment_have_their_zone_too() -> None:
    fragment = f"<figure><img><figcaption>Das Bild</figcaption></figure><p>{LEAD}</p>"

    zones = read_announced(Announced(title="Titel", summary=f"<p>Titel</p>{fragment}")).zones

    assert (zones.text, zones.captions) == (LEAD, "Das Bild")


def test_ten_thousand_tags_are_read_in_a_moment() -> None:
    began = time.process_time()

    extracted = read_announced(Announced(content="<b>x</b> " * 10_000))

    assert extracted.zones.text.startswith("x x")
    assert time.process_time() - began < 8


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_fragment_raises(fragment: str, title: str) -> None:
    zones = read_announced(Announced(title=title, summary=fragment)).zones

    assert f"{zones.title}{zones.text}{zones.captions}".encode() is not None


# ---- the seeds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", seeds())
def test_a_seed_is_read_as_a_reader_reads_it(name: str) -> None:
    wanted = seeds()[name]
    body = (SEEDS / "articles" / name).read_bytes()

    extracted = read_page(
        Document(url=f"https://seed.example/{name}", content_type="text/html", body=body), Announced()
    )

    assert wanted["verdict"] == extracted.verdict.value
    if wanted["text_from"] == "page":
        text = f"{extracted.zones.title}\n{extracted.zones.text}"
        assert wanted["language"] == (choose_language(None, extracted.language, text) or "").partition("-")[0]
        for written, count in wanted["counts"].items():
            assert count == text.count(written) - sum(
                refused["surface"].count(written) for refused in wanted["refused"]
            )


@pytest.mark.parametrize("name", seeds())
def test_what_stands_beside_a_seed_reaches_no_zone_that_alerts(name: str) -> None:
    wanted = seeds()[name]
    extracted = read_page(document((SEEDS / "articles" / name).read_bytes()), Announced())

    text = f"{extracted.zones.title}\n{extracted.zones.text}"

    inside = {mention["surface"] for mention in (*wanted["mentions"], *wanted["refused"])}
    if not inside:
        assert not [each["surface"] for each in wanted["outside"] if each["surface"] in text]
    for each in wanted["outside"]:
        assert ("caption" not in each["where"]) or each["surface"] in extracted.zones.captions


def test_english_pages_are_read_too() -> None:
    extracted = read(page(paragraphs(ENGLISH)))

    assert extracted.zones.text == "\n\n".join(ENGLISH)


# ---- what reading never does -------------------------------------------------------------------

# An audit hook cannot be taken back, so the reading is watched in an interpreter of its own.
WATCHED = """
import sys
from pathlib import Path
from monitor.articles.extract import read_page
from monitor.model import Announced, Document

def watch(event, _):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.system"):
        reached.append(event)

reached = []
sys.addaudithook(watch)
body = Path(sys.argv[1]).read_bytes()
if len(sys.argv) > 2:
    import socket
    socket.socket(socket.AF_UNIX).connect_ex("/nowhere")
link = "https://127.0.0.1:9/other"
told = f'<link rel="canonical" href="{link}"><meta http-equiv="refresh" content="0; url={link}">'.encode()
body = body.replace(b"<head>", b"<head>" + told, 1)
document = Document(url="https://127.0.0.1:9/page", content_type="text/html", body=body)
words = len(read_page(document, Announced()).zones.text.split())
print(words, *reached)
"""


@pytest.mark.parametrize(("further", "reached"), [((), []), (("connect",), ["socket.connect"])])
def test_reading_a_page_reaches_no_network_and_starts_nothing(
    further: tuple[str, ...], reached: list[str]
) -> None:
    seed = SEEDS / "articles" / "amazon-ki-chef.html"

    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(seed), *further],
        cwd=SEEDS.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    words, *found = done.stdout.split()
    assert int(words) > 500
    assert found == reached
