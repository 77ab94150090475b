"""Pages as publishers write them, for the laws of reading articles."""

from monitor.articles.extract import read_page
from monitor.model import Announced, Document, Extracted

URL = "https://www.example.org/wirtschaft/artikel.html"
LEAD = (
    "Der Konzern stellt seine Entwicklung neu auf und legt drei Abteilungen zusammen, die bisher in "
    "verschiedenen Ländern saßen. Das teilte eine Sprecherin am Mittwoch in Frankfurt mit."
)
SECOND = (
    "Die neue Abteilung soll im kommenden Frühjahr mit der Arbeit beginnen und zunächst die Chips für "
    "Rechenzentren betreuen. Über Kosten und Stellen will das Unternehmen später Auskunft geben."
)
THIRD = (
    "Beobachter hatten den Schritt erwartet, weil die Konkurrenz ihre Forschung schon im vergangenen "
    "Jahr gebündelt hatte. An der Börse gab der Kurs am Nachmittag trotzdem leicht nach."
)
ENGLISH = (
    "The company is going to merge three of its research groups, a spokesperson said on Wednesday.",
    (
        "The new group will begin its work next spring and look after the chips for data centers first. "
        "Costs and positions were not disclosed, and the company said that it would report on both later."
    ),
    (
        "Analysts had expected the step because competitors had merged their own research last year, and "
        "the shares fell a little in the afternoon nevertheless, in line with the market as a whole."
    ),
)
GERMAN = (LEAD, SECOND, THIRD)


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(inside: str, *, head: str = "", title: str = "Konzern ordnet Forschung neu") -> str:
    return (
        f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{title} - Beispiel</title>{head}'
        f"</head><body><main><article><h1>{title}</h1>{inside}</article></main></body></html>"
    )


def document(body: str | bytes, content_type: str | None = "text/html", url: str = URL) -> Document:
    return Document(url=url, content_type=content_type, body=body.encode() if isinstance(body, str) else body)


def read(body: str | bytes, content_type: str | None = "text/html", title: str = "") -> Extracted:
    return read_page(document(body, content_type), Announced(title=title))


def everything(extracted: Extracted) -> str:
    return f"{extracted.zones.title}\n{extracted.zones.text}\n{extracted.zones.captions}"
