"""Laws of what is no text of an article: it never reaches a zone."""

import pytest
from lxml import html

from monitor.articles.clean import clean, words_of
from monitor.model import Verdict
from tests.unit.articles.pages import ENGLISH, GERMAN, LEAD, SECOND, THIRD, everything, page, paragraphs, read

SECRET = "Quisquilia"
LIST = f'<ul><li><a href="/a">{SECRET} baut um</a></li><li><a href="/b">{SECRET} zieht weg</a></li></ul>'
TEASER = f'<div><a href="/a">{SECRET} baut ein neues Werk</a><p>Kurz gemeldet: {SECRET}.</p></div>'


@pytest.mark.parametrize(
    "heading",
    [
        "Das könnte Sie auch interessieren",
        "Das könnte dich auch interessieren:",
        "Mehr zum Thema",
        "Mehr von unserer Redaktion",
        "Lesen Sie auch",
        "Weitere Artikel aus der Wirtschaft",
        "Verwandte Themen",
        "Meistgelesen",
        "Empfehlungen der Redaktion",
        "Related articles",
        "Related",
        "More on this story",
        "Recommended for you",
        "You may also like",
        "Read more:",
        "Most read",
        "Trending now",
        "Don’t miss",
    ],
)
@pytest.mark.parametrize("element", ["h3", "p", "div"])
@pytest.mark.parametrize("listed", [LIST, TEASER * 3])
def test_what_follows_a_heading_of_related_links_is_no_text(heading: str, element: str, listed: str) -> None:
    related = f"<{element}>{heading}</{element}>{listed}"

    extracted = read(page(paragraphs((LEAD, SECOND)) + related + paragraphs((THIRD,))))

    assert SECRET not in everything(extracted)
    assert heading not in extracted.zones.text
    assert extracted.zones.text == "\n\n".join(GERMAN)


@pytest.mark.parametrize(
    "box",
    [
        f'<div class="box"><div class="head"><h3>Related stories</h3></div>{LIST}</div>',
        f"<section><header><b>Mehr zum Thema</b></header>{TEASER * 2}</section>",
        f"<div><strong>Lesen Sie auch:</strong> <a href=/x>{SECRET} kauft einen Zulieferer</a></div>",
        f"<p><strong>Lesen Sie auch:</strong> <a href=/x>{SECRET} kauft einen Zulieferer</a></p>",
        f"<div> <i></i> <h3>Related</h3>{LIST}</div>",
        f"<aside><p>{SECRET} im Porträt</p></aside>",
        f"<nav><p>{SECRET}</p></nav>",
        f"<footer><p>Impressum von {SECRET}</p></footer>",
        f"<form><p>{SECRET} abonnieren</p></form>",
        f"<noscript><p>{SECRET} ohne Skript</p></noscript>",
        f"<button>{SECRET}</button><select><option>{SECRET}</select>",
        *(
            f'<div class="{name}"><p>{SECRET} wird hier genannt, und noch ein paar Worte mehr.</p></div>'
            for name in (
                "related",
                "article__related-links",
                "RelatedArticles",
                "c-teaser",
                "newsletter-box",
                "social share",
                "recommendations",
                "promo2 promoBox",
                "outbrain",
                "cookie-banner",
                "consentLayer",
                "cmp",
                "comments",
                "advertisement",
                "sidebar",
                "most-read",
                "x\nmehr-zum-thema",
            )
        ),
        f'<div id="related"><p>{SECRET}</p></div>',
        f'<div role="dialog" aria-label="Cookie settings"><p>{SECRET}</p></div>',
        f"<div hidden><p>{SECRET} versteckt</p></div>",
        f'<div aria-hidden="true"><p>{SECRET} versteckt</p></div>',
        f"<p><a href=/a>{SECRET} eins zwei drei vier</a> | <a href=/b>{SECRET} fünf sechs sieben</a></p>",
        f"<!-- {SECRET} --><?php {SECRET} ?><style>.{SECRET}{{}}</style><script>'{SECRET}'</script>",
    ],
)
def test_a_box_beside_the_text_is_no_text(box: str) -> None:
    extracted = read(page(paragraphs((LEAD, SECOND)) + box + paragraphs((THIRD,))))

    assert SECRET not in everything(extracted)
    assert extracted.zones.text == "\n\n".join(GERMAN)


def test_an_address_behind_a_link_is_no_text() -> None:
    extracted = read(
        page(f'<p>{LEAD} <a href="/{SECRET}" title="{SECRET}">Hier</a> mehr.</p>{paragraphs((SECOND,))}')
    )

    assert SECRET not in everything(extracted)
    assert "Hier mehr." in extracted.zones.text


def test_text_behind_what_is_dropped_stays() -> None:
    inside = f"<p>Anfang <script>1</script>Mitte <!-- x --><b>fett</b><script>2</script> Ende. {LEAD}</p>"

    extracted = read(page(inside + paragraphs((SECOND,))))

    assert extracted.zones.text.startswith("Anfang Mitte fett Ende. ")


def test_a_long_consent_layer_is_no_text_of_a_short_report() -> None:
    layer = "".join(f"<p>{number}. {SECRET} und Partner. {SECOND}</p>" for number in range(8))

    extracted = read(
        page(paragraphs(GERMAN)).replace("<main>", f'<div class="consent-layer">{layer}</div><main>')
    )

    assert SECRET not in everything(extracted)
    assert extracted.verdict is Verdict.FULL


def test_a_page_that_is_called_after_its_consent_state_stays() -> None:
    body = page(paragraphs(GERMAN)).replace(
        "<main>", '<div class="cookie-accepted has-sidebar sidebar"><main>'
    )

    assert read(body).zones.text == "\n\n".join(GERMAN)


def test_a_page_wrapped_in_one_form_survives() -> None:
    body = page(paragraphs(GERMAN)).replace("<main>", '<form method="post" action="./artikel.aspx"><main>')

    assert read(body).zones.text == "\n\n".join(GERMAN)


def test_a_box_of_the_story_itself_stays() -> None:
    box = f"<aside>{paragraphs(ENGLISH[1:])}<p>Drittens: {THIRD}</p></aside>"

    extracted = read(page(paragraphs(GERMAN * 2) + box))

    assert ENGLISH[1] in extracted.zones.text


def test_a_short_report_is_not_taken_for_the_box_of_the_heading_inside_it() -> None:
    short = tuple(f"Meldung {number}: Der Verkehr ruht, und Züge fallen aus." for number in range(9))
    body = f"<div>{paragraphs(short)}<h3>Mehr zum Thema</h3>{LIST}</div>"

    extracted = read(page(body))

    assert short[0] in extracted.zones.text
    assert SECRET not in extracted.zones.text


def test_words_like_a_heading_inside_a_sentence_stay() -> None:
    sentence = f"{LEAD} Auf der Liste <b>Trending</b> stand er oben. <b>Related</b> hieß die zweite."

    extracted = read(page(f"<p>{sentence}</p>{paragraphs((SECOND,))}"))

    assert "Auf der Liste Trending stand er oben. Related hieß die zweite." in extracted.zones.text


def test_a_heading_without_anything_around_it_harms_nothing() -> None:
    fragment = f"<div>Vorweg <i></i>{paragraphs(GERMAN)}<span>Related</span></div><h3>Related</h3>"

    assert LEAD in read(page(fragment)).zones.text


def test_an_empty_figure_has_no_caption_and_nested_ones_have_one() -> None:
    empty = "<figure><figcaption> </figcaption></figure>"
    nested = "<figcaption>außen <figcaption>innen</figcaption></figcaption>"

    assert read(page(empty + nested + paragraphs(GERMAN))).zones.captions == "außen innen"


def test_an_element_with_too_many_attributes_keeps_its_text_alone() -> None:
    attributes = " ".join(f"data-{number}=1" for number in range(80))

    extracted = read(page(f'<div class="related" {attributes}>{paragraphs(GERMAN)}</div>'))

    assert extracted.zones.text == "\n\n".join(GERMAN)


@pytest.mark.parametrize("mark", ["a", "b", "font", "span"])
def test_of_more_marks_than_anybody_writes_within_a_text_the_text_stays(mark: str) -> None:
    words = [f"Wort{number}" for number in range(1_100)]
    tree = html.document_fromstring("<p>" + ", ".join(f"<{mark}>{word}</{mark}>" for word in words) + ".</p>")

    clean(tree)

    assert ["html", "body", "p"] == [node.tag for node in tree.iter()]
    assert f"{', '.join(words)}." == words_of(tree)


def test_the_marks_of_a_text_that_somebody_wrote_stay() -> None:
    tree = html.document_fromstring(f"<p>{'<b>Amazon</b> meldet. ' * 1_000}</p>")

    clean(tree)

    assert 1_000 == sum(1 for _ in tree.iter("b"))
