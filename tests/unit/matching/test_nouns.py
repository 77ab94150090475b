"""Does a German sentence use a company's name as a word, and does it speak of a company?"""

import pytest

from tests.unit.matching.texts import alerts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Block", "Im Block nebenan brannte eine Wohnung."),
        ("Zoom", "Beim Zoom auf das Gesicht sieht man die Narbe."),
        ("Amazon", "Am Amazon brennen wieder die Wälder."),
        ("Zwirbeltsee", "Am Zwirbeltsee brennt der Wald."),
        ("Xanterbach", "Am Xanterbach wird gebaut."),
        ("Gorillas", "Ranger fanden drei tote Gorillas."),
        ("Amazonen", "Auf dem Bild reiten zwei bewaffnete Amazonen."),
        ("Flink", "Im Netz hingen 12 kleine Flink."),
        ("Focus", "Er kam mit seinem Ford Focus von der Straße ab."),
        ("Astra", "Sie saß in ihrem Opel Astra und wartete."),
        ("Leon", "Der Fahrer eines Seat Leon floh zu Fuß."),
        ("Visa", "Ohne gültiges Visa durfte sie nicht einreisen."),
        ("Visa", "Die Botschaft hat weitere Visa ausgestellt."),
        ("Allianz", "Die Allianz gegen den Klimawandel wächst."),
        ("Bayer", "Ein Bayer gewinnt die Meisterschaft im Stemmen."),
        ("Globus", "Auf dem Tisch steht der Globus seines Vaters."),
        ("Tier", "Feuerwehrleute setzten das erschöpfte Tier in den Fluss."),
        ("Rational", "Rational betrachtet spricht wenig dafür."),
        ("Spar", "„Spar dir das“, rief der Stürmer."),
        ("Tesla", "Das Feld des Magneten misst drei Tesla."),
        ("Siemens", "Die Leitfähigkeit beträgt 50 Siemens."),
    ],
)
def test_a_german_sentence_uses_a_name_as_a_word(name: str, text: str) -> None:
    assert not alerts(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Amazon", "Vor allem Amazon und unter anderem Tesla wachsen."),
        ("Tesla", "Vor allem Amazon und unter anderem Tesla wachsen."),
        ("Rational", "Rational hat den Gewinn gesteigert."),
        ("Visa", "Visa und Mastercard verdienen daran."),
        ("Bundesrat", "Das geht nicht ohne den Bundesrat."),
        ("Grünen", "Die Grünen enthielten sich."),
        ("Thalys", "Beim Thalys gibt es neue Kontrollen."),
        ("ADAC", "Beim ADAC heißt es, das sei so."),
        ("Puma", "Puma kürzt die Dividende."),
        ("Post", "Bei der Post bleiben Pakete liegen."),
        ("Gorillas", "Drei Gorillas zum Trotz: Der Dienst wächst, Gorillas auch."),
        ("Flink", "Er fährt für neue Flink und Gorillas."),
        ("Comfyrun", "Sie gründeten mit ihrem Verein Comfyrun ein Heim."),
        ("Xyrillon", "Er kam mit seinem Arbeitgeber Xyrillon überein."),
        ("Xyrillon", "Sie lobt in ihren Interviews Xyrillon."),
        ("Elisabethgymnasium", "Am Elisabethgymnasium fehlen Lehrer."),
        ("Vincentiusklinikum", "Am Vincentiusklinikum wird gestreikt."),
        ("Zwirbelttheater", "Am Zwirbelttheater wird geprobt."),
        ("Zeit", "Im Interview mit der Zeit wird sie deutlich."),
        ("Blick", "Gegenüber dem Blick wird sie deutlich."),
        ("Spiegel", "Nach Informationen des Magazins Spiegel war das bekannt."),
        ("Adler", "Die Modekette Adler sucht Geld."),
        ("Metro", "Metro wird teurer, die Aktie fällt."),
        ("Douglas", "Douglas wächst, im Quartal um ein Zehntel."),
    ],
)
def test_a_german_sentence_uses_a_word_as_a_name(name: str, text: str) -> None:
    assert alerts(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Linde", "Unter der Linde sprach ein Aktionär."),
        ("Stern", "Stern: Ein Konzern erklärt sich."),
        ("Konzern", "Konzern wächst, die Aktie steigt."),
        ("Welt", "Die Anleger leben in einer neuen Welt."),
    ],
)
def test_talk_of_companies_makes_no_name_of_what_is_used_as_a_word(name: str, text: str) -> None:
    assert not alerts(name, text)
