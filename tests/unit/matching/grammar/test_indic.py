"""Names in Hindi, Marathi, Bengali, Tamil and the other Indic scripts.

Decided: vowel signs, the mute sign and the nukta are letters of the word, never stripped: a word that
differs in one of them is another word. Hindi writes postpositions apart. Bengali endings are listed, the
forms of a Tamil name in a muted consonant are made; Marathi, Gujarati, Telugu and the rest are found where
they stand bare.
"""

import pytest

from tests.unit.matching.texts import mentioned, one_liners

CASES = """
    hi | org | अमेज़न | अमेज़न ने घोषणा की | अमेज़न exact
    hi | org | अमेज़न | अमे\u095bन की सेवा | अमे\u095bन folded
    hi | org | अमेज़न | अमेजन की सेवा | -
    hi | org | टाटा | टाटा की कार | टाटा exact
    hi | org | टाटा | टाट | -
    hi | place | दिल्ली | दिल्ली में बारिश | दिल्ली exact
    hi | place | दिल्ली | दिल्लीवासी | -
    hi | place | भारत | भारत का संविधान | भारत exact
    hi | place | भारत | भारतीय और भारती | -
    hi | person | नरेन्द्र मोदी | नरेन्द्र मोदी का भाषण | नरेन्द्र मोदी exact
    hi | person | नरेन्द्र मोदी | नरेन्द्र मोद | -
    hi | org | Amazon | Amazon ने कहा | Amazon exact
    mr | place | मुंबई | मुंबई शहर | मुंबई exact
    mr | place | मुंबई | मुबई | -
    bn | org | আমাজন | আমাজনের শেয়ার | আমাজনের inflected
    bn | org | আমাজন | আমাজনকে ও আমাজনে | আমাজনকে inflected; আমাজনে inflected
    bn | org | আমাজন | আমাজন বলেছে | আমাজন exact
    bn | place | ঢাকা | ঢাকায় বৃষ্টি | ঢাকায় inflected
    bn | place | ঢাকা | ঢাকার রাস্তা | ঢাকার inflected
    bn | place | বাংলাদেশ | বাংলাদেশি | -
    ta | org | அமேசான் | அமேசான் அறிவிப்பு | அமேசான் exact
    ta | org | அமேசான் | அமேசானின் பங்கு | அமேசானின் inflected
    ta | org | அமேசான் | அமேசானில் வேலை | அமேசானில் inflected
    ta | org | அமேசான் | அமேசானுக்கு | அமேசானுக்கு inflected
    ta | org | அமேசான் | அமேசான | -
    ta | place | சென்னை | சென்னை நகரம் | சென்னை exact
    te | place | హైదరాబాద్ | హైదరాబాద్ నగరం | హైదరాబాద్ exact
    te | place | హైదరాబాద్ | హైదరాబాద | -
    gu | place | અમદાવાદ | અમદાવાદ શહેર | અમદાવાદ exact
    pa | place | ਪੰਜਾਬ | ਪੰਜਾਬ ਦੀ | ਪੰਜਾਬ exact
    pa | place | ਪੰਜਾਬ | ਪੰਜਾਬੀ | -
    kn | place | ಬೆಂಗಳೂರು | ಬೆಂಗಳೂರು ನಗರ | ಬೆಂಗಳೂರು exact
    ml | place | കേരളം | കേരളം സംസ്ഥാനം | കേരളം exact
    ml | place | കേരളം | കേരള | -
    si | place | කොළඹ | කොළඹ නගරය | කොළඹ exact
"""


@pytest.mark.parametrize(("language", "kind", "name", "text", "found"), one_liners(CASES))
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)
