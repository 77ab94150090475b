"""Names and news to measure with, made of own words and the same at every run.

Three in four articles are German, the others English, each of 3 KB. A rich one is about three names, which
stand in it some twenty times in all their forms; a sparse one, as most of a news stream, names one of those
that are watched, or nobody.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.model import Entity, EntityId, EntityKind, Name, Zones

CHARACTERS = 3_000
NAMED = 1_000  # names that articles hold; of longer lists the rest stands in none
_SLOT = re.compile(r"\{(\w+)\}")
KINDS = (EntityKind.PERSON, EntityKind.ORGANIZATION, EntityKind.PRODUCT)


def _listed(text: str, sign: str = " ") -> tuple[str, ...]:
    return tuple(text.split(sign))


_GIVEN = _listed("Anna Peter Maria Jan Sofia Ron Lena Tom Eva Paul Inga Emil Ruth Karl Nora Felix")
_ONSETS = _listed(
    "Al Bar Ber Bran Dor El Fal Fen Gar Gol Hal Hel Ka Kel Lan Lor Mar Mel Nor Os Pel Quin Ral Ro Sal Sel "
    "Stein Tal Tor Ul Var Vel Wal Wen Zan"
)
_MIDDLES = _listed("a bar da den do e ga go i ka ke la le li ma mi na ne o ra re ri sa se ta te ti va vo")
_ENDS = _listed(
    "bach berg dorf feld haus hoff hold kamp lund mann mar nau nek rich sen sky stett ton vik witz"
)
_LEGAL = ("AG", "GmbH", "Group", "SE", "Werke", "Bank", "Logistik", "Energie")

_FIRST = _listed(
    "Liefer Markt Energie Wasser Haushalts Zins Gesundheits Forschungs Sicherheits Verkehrs Wohnungs Klima "
    "Steuer Bildungs Handels Rohstoff Hafen Strom Daten Medien"
)
_SECOND = _listed(
    "bericht plan preise kosten netz bedarf vertrag vorschlag behörde studie ausschuss messe lage prognose "
    "gipfel lücke abkommen strategie reform krise"
)
_PLACES = _listed("Köln Münster Rostock Graz Zürich Leipzig Brüssel Mailand Dublin Ottawa Osaka Kapstadt")
_DAYS = _listed("Montag Dienstag Mittwoch Donnerstag Freitag")
_THINGS = _listed(
    "budget report|harbor strike|interest rate|supply chain|water shortage|housing market|research grant|"
    "power grid|trade deal|security review|rail network|tax reform",
    "|",
)
_CHOICES = {"place": _PLACES, "day": _DAYS}
_PLAIN = {
    "de": (
        "Der {thing} für das kommende Jahr liegt seit {day} in {place} auf dem Tisch.",
        "Rund {number} Millionen Euro fließen in den {thing}, heißt es in einem Papier aus {place}.",
        "„Wir müssen über {thing} und {thing} noch einmal reden“, sagte eine Sprecherin.",
        "Fachleute hatten mit {number} Prozent gerechnet – tatsächlich waren es deutlich weniger.",
        "Die Gewerkschaften kündigten für {day} größere Proteste an, vor allem in {place}.",
        "Wie hoch der Schaden ausfällt, lässt sich frühestens im Frühjahr sagen.",
        "Im vergangenen Quartal stiegen die Ausgaben um {number} Prozent, während die Umsätze sanken.",
        "Zugleich wächst der Druck, den {thing} zügig zu verabschieden.",
        "Gut {number} Städte beteiligen sich an dem Versuch, darunter {place} und {place}.",
        "Nach Angaben der Behörde dürfte die {thing} erst nächste Woche veröffentlicht werden.",
        "Das Gericht in {place} verhandelt ab {day} über die Frage, wer für den {thing} zahlt.",
        "Ob das reicht, ist unter Ökonomen umstritten; manche nennen es einen Tropfen auf den heißen Stein.",
    ),
    "en": (
        "The {thing} has been on the table in {place} since early spring.",
        "About {number} million euros will go into the {thing}, according to a draft.",
        "“We need to talk about the {thing} again,” a spokeswoman said.",
        "Analysts had expected {number} percent – the actual figure was much lower.",
        "Unions announced larger protests for next week, mainly in {place}.",
        "It's too early to say how large the damage is.",
        "Spending rose by {number} percent in the last quarter while revenue fell.",
        "Some {number} cities take part in the trial, among them {place} and {place}.",
        "A court in {place} will hear who has to pay for the {thing}.",
        "Whether that's enough is disputed among economists.",
    ),
}
_NAMING = {
    "de": (
        "{name} teilte das am {day} in {place} mit.",
        "Auch {name} äußerte sich zurückhaltend über den {thing}.",
        "Nach {names} Einschätzung kostet der {thing} rund {number} Millionen Euro.",
        "Die {name}-Sprecherin wollte das nicht kommentieren.",
        "Zuvor hatte {short} den {thing} verteidigt.",
        "Beobachter sehen {short} und den {thing} nun unter Druck.",
        "Mit {name} sei man „im Gespräch“, hieß es aus {place}.",
    ),
    "en": (
        "{name} said so in {place} on Monday.",
        "That puts {names} plans for the {thing} in doubt.",
        "A person close to {name} called the {thing} “a first step”.",
        "Earlier, {short} had defended the {thing}.",
        "Shares linked to {short} fell by {number} percent.",
    ),
}


class Text(NamedTuple):
    """An article, and its language."""

    zones: Zones
    language: str


def entities_of(names: Sequence[str]) -> Sequence[Entity]:
    """Return a watched entity for each name, of the kind that it was made for."""
    return [
        Entity(id=EntityId(f"e{number}"), kind=KINDS[number % len(KINDS)], names=(Name(text=name),))
        for number, name in enumerate(names)
    ]


def names_of(count: int) -> Sequence[str]:
    """Return so many distinct names of persons, organizations and products in turn; a longer list goes on."""
    dice = random.Random(1)
    names: dict[str, None] = {}
    while len(names) < count:
        middle = "".join(dice.choice(_MIDDLES) for _ in range(dice.choice((1, 1, 2))))
        coined = f"{dice.choice(_ONSETS)}{middle}{dice.choice(_ENDS)}"
        match len(names) % len(KINDS):
            case 0:
                name = f"{dice.choice(_GIVEN)} {coined}"
            case 1:
                name = f"{coined} {dice.choice(_LEGAL)}"
            case _:
                name = f"{coined}{dice.choice(('ium', 'on', 'ix', 'ara'))}"
        names[name] = None
    return list(names)


def articles_of(sort: str, count: int) -> Iterator[Text]:
    """Yield so many articles, `rich` or `sparse`; the first names stand in most of them."""
    dice, names = random.Random(2), names_of(NAMED)
    for number in range(count):
        language = "en" if number % 4 == 3 else "de"
        about = [names[int(len(names) ** dice.random()) - 1] for _ in range(3)]
        naming = [dice.choice(about) for _ in range(dice.randint(16, 22) if sort == "rich" else number % 2)]
        sentences = [_filled(dice, dice.choice(_NAMING[language]), name, language) for name in naming]
        while sum(map(len, sentences)) < CHARACTERS:
            sentences.append(_filled(dice, dice.choice(_PLAIN[language]), "", language))
        dice.shuffle(sentences)
        title = f"{about[0]}: {sentences[0][:50]}" if sort == "rich" else sentences[0][:60]
        text = "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))
        yield Text(Zones(title=title, text=text, lead_end=text.find("\n\n")), language)


def _filled(dice: random.Random, sentence: str, name: str, language: str) -> str:
    """Return a sentence with something in each of its slots."""
    return _SLOT.sub(lambda slot: _word(dice, slot[1], name, language), sentence)


def _word(dice: random.Random, slot: str, name: str, language: str) -> str:
    if slot in _CHOICES:
        return dice.choice(_CHOICES[slot])
    match slot:
        case "name":
            return name
        case "names":
            return name + ("’" if name.endswith(("s", "x", "z")) else "s" if language == "de" else "'s")
        case "short":
            return name.rpartition(" ")[2] if name.startswith(_GIVEN) else name
        case "number":
            return str(dice.randrange(3, 900))
    return dice.choice(_FIRST) + dice.choice(_SECOND) if language == "de" else dice.choice(_THINGS)
