"""Names in Greek.

Decided: accents and the final sigma fold away; genitive, accusative and vocative are made from the end of
the word; articles stand apart. In names of several words the first ones change together, or the first
alone. The endings are those of the school tables of nouns in -ος, -ης, -ας, -α, -η, -ο.
"""

import pytest

from tests.unit.matching.texts import mentioned, one_liners

CASES = """
    el | org | Τέσλα | Η Τέσλα και η μετοχή της Τέσλας | Τέσλα exact; Τέσλας inflected
    el | org | Τέσλα | ΤΕΣΛΑ ΚΑΙ ΤΕΣΛΑΣ | ΤΕΣΛΑ capitals; ΤΕΣΛΑΣ inflected
    el | org | Τέσλα | Τεσλα χωρίς τόνο | Τεσλα folded
    el | org | Τέσλα | Τέσλαρ | -
    el | place | Αθήνα | στην Αθήνα, της Αθήνας | Αθήνα exact; Αθήνας inflected
    el | place | Αθήνα | Αθηναίος | -
    el | place | Ελλάδα | η κυβέρνηση της Ελλάδας και της Ελλάδος | Ελλάδας inflected; Ελλάδος inflected
    el | place | Κύπρος | στην Κύπρο, της Κύπρου | Κύπρο inflected; Κύπρου inflected
    el | place | Κύπρος | ΚΥΠΡΟΣ | ΚΥΠΡΟΣ capitals
    el | place | Κύπρος | Κύπριος | -
    el | place | Θεσσαλονίκη | της Θεσσαλονίκης | Θεσσαλονίκης inflected
    el | place | Πειραιάς | στον Πειραιά | Πειραιά inflected
    el | person | Κυριάκος Μητσοτάκης | του Κυριάκου Μητσοτάκη | Κυριάκου Μητσοτάκη inflected
    el | person | Κυριάκος Μητσοτάκης | τον Κυριάκο Μητσοτάκη | Κυριάκο Μητσοτάκη inflected
    el | person | Αλέξης Τσίπρας | του Αλέξη Τσίπρα | Αλέξη Τσίπρα inflected
    el | person | Κυριάκος Μητσοτάκης | Μητσοτακισμός | -
    el | org | Εθνική Τράπεζα | της Εθνικής Τράπεζας | Εθνικής Τράπεζας inflected
    el | org | Τράπεζα της Ελλάδος | της Τράπεζας της Ελλάδος | Τράπεζας της Ελλάδος inflected
    el | org | Τράπεζα Πειραιώς | της Τράπεζας Πειραιώς | Τράπεζας Πειραιώς inflected
    el | org | ΔΕΗ | της ΔΕΗ | ΔΕΗ exact
    el | org | Amazon | της Amazon και η Amazon | Amazon exact; Amazon exact
    ? | org | Τέσλα | της Τέσλας | Τέσλας inflected
    de | place | Αθήνα | της Αθη\u0301νας | Αθη\u0301νας inflected
"""


@pytest.mark.parametrize(("language", "kind", "name", "text", "found"), one_liners(CASES))
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)
