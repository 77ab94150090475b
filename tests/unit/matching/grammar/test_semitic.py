"""Names in Arabic, Persian, Urdu and Hebrew.

Decided: vowel points, tatweel and the joiners vanish; alef with and without hamza, ya and alef maksura,
the two kafs are one letter each; ta marbuta and ha stay two. Prefixes count before names of three letters
and more, in their order; the surface is the whole word. Nisbas and other endings make other words, the
Persian plural and the linking -ye do not. Prefixes: any grammar of the languages lists them.
"""

import pytest

from monitor.matching.matcher import build_matcher
from tests.unit.matching.texts import entity, mentioned, one_liners, read

ARABIC = """
    ar | org | أمازون | أعلنت شركة أمازون عن أرباح | أمازون exact
    ar | org | أمازون | شركة امازون وشركة إمازون | امازون folded; إمازون folded
    ar | org | امازون | شركة أمازون | أمازون folded
    ar | org | أمازون | قالت وأمازون | وأمازون inflected
    ar | org | أمازون | تابع لأمازون | لأمازون inflected
    ar | org | أمازون | بأمازون وكأمازون | بأمازون inflected; وكأمازون inflected
    ar | org | أمازون | فلأمازون | فلأمازون inflected
    ar | org | أمازون | والأمازون | والأمازون inflected
    ar | org | أمازون | أمازونية | -
    ar | org | أمازون | تامازون | -
    ar | org | أمازون | أَمَازُون | أَمَازُون folded
    ar | org | أمازون | أمـــازون | أمـــازون folded
    ar | place | القاهرة | في القاهرة وبالقاهرة | القاهرة exact; وبالقاهرة inflected
    ar | place | القاهرة | الطريق للقاهرة | للقاهرة inflected
    ar | place | القاهرة | والقاهرة | والقاهرة inflected
    ar | place | مصر | في مصر ولمصر وبمصر | مصر exact; ولمصر inflected; وبمصر inflected
    ar | place | مصر | مصري ومصرف | -
    ar | org | الأهلي | فوز للأهلي وبالأهلي | للأهلي inflected; وبالأهلي inflected
    ar | person | عبد الفتاح السيسي | وعبد الفتاح السيسي | وعبد الفتاح السيسي inflected
    ar | person | عبد الفتاح السيسي | قال عبد الفتاح السيسى | عبد الفتاح السيسى folded
    ar | org | Amazon | شركة Amazon وبAmazon | Amazon exact; Amazon exact
    ? | org | أمازون | وأمازون | وأمازون inflected
    fa | org | آمازون | شرکت آمازون | آمازون exact
    fa | org | آمازون | آمازون‌ها و آمازون‌های | آمازون‌ها inflected; آمازون‌های inflected
    fa | org | ایران‌خودرو | شرکت ایرانخودرو | ایرانخودرو folded
    fa | place | ایران | در ايران | ايران folded
    fa | place | ایران | ایرانی‌ها | -
    fa | place | تهران | شهر تهرانِ بزرگ | تهرانِ folded
    fa | org | دیجی‌کالا | دیجی‌کالا | دیجی‌کالا exact
    ur | place | کراچی | كراچي میں | كراچي folded
"""

HEBREW = """
    he | org | אמזון | חברת אמזון הודיעה | אמזון exact
    he | org | אמזון | באמזון ולאמזון | באמזון inflected; ולאמזון inflected
    he | org | אמזון | שאמזון, מאמזון, כאמזון | שאמזון inflected; מאמזון inflected; כאמזון inflected
    he | org | אמזון | ושבאמזון וכשאמזון | ושבאמזון inflected; וכשאמזון inflected
    he | org | אמזון | האמזון | האמזון inflected
    he | org | אמזון | אמזונס | -
    he | org | אמזון | גאמזון | -
    he | org | אמזון | אֲמָזוֹן | אֲמָזוֹן folded
    he | place | ירושלים | בירושלים ומירושלים | בירושלים inflected; ומירושלים inflected
    he | place | ירושלים | ירושלמי | -
    he | org | צה״ל | דובר צה"ל | צה"ל folded
    he | org | צה"ל | חיילי צה״ל | צה״ל folded
    he | person | בנימין נתניהו | לבנימין נתניהו | לבנימין נתניהו inflected
    he | org | Amazon | ב-Amazon, ה-Amazon | Amazon exact; Amazon exact
    he | org | Amazon | בAmazon | Amazon exact
    he | org | בז | לבז | -
    ? | org | אמזון | ובאמזון | ובאמזון inflected
"""


@pytest.mark.parametrize(("language", "kind", "name", "text", "found"), one_liners(ARABIC + HEBREW))
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)


@pytest.mark.parametrize(("text", "found"), [("أمازون بالسحابة", True), ("أمازون تسحابة", False)])
def test_context_stands_behind_prefixes_and_within_no_other_word(text: str, *, found: bool) -> None:
    matcher = build_matcher([entity("it", "organization", "أمازون", context=("سحابة",))])

    (match,) = read(matcher, text, "ar").matches

    assert found is ("سحابة" in [each.text for each in match.evidence])
