"""Names in Chinese, Japanese, Thai, Lao, Khmer and Burmese, and Latin names among them.

Decided: a name may begin and end anywhere, but not within a syllable of the scripts of South-East Asia.
A run of Katakana is a word: a name at its beginning makes a compound with a usual head, or with any
rest of two letters if it has four itself; within a run it is another word. Middle dots of all kinds are
one, and a blank may stand for them. Traditional and simplified characters are different names. A single
character stands alone.
"""

import pytest

from monitor.matching.matcher import build_matcher
from tests.unit.matching.texts import accepted, entity, mentioned, one_liners, read

CHINESE = """
    zh | org | 亚马逊 | 亚马逊宣布裁员一万人。 | 亚马逊 exact
    zh | org | 亚马逊 | 据亚马逊公司介绍 | 亚马逊 exact
    zh | org | 亞馬遜 | 亚马逊宣布裁员 | -
    zh | org | Amazon | 他在Amazon工作 | Amazon exact
    zh | org | Amazon | Amazon在中国 | Amazon exact
    zh | org | Amazon | 他在ＡＭＡＺＯＮ工作 | ＡＭＡＺＯＮ capitals
    zh | org | Amazon | 在Ａｍａｚｏｎ的员工 | Ａｍａｚｏｎ folded
    zh | org | Amazon | 在Amazonia旅行 | -
    zh | org | Rolls-Royce | 买Rolls Royce的人 | Rolls Royce folded
    zh | org | 三菱UFJ | 三菱UFJ銀行 | 三菱UFJ exact
    zh | person | 埃隆·马斯克 | 埃隆·马斯克说 | 埃隆·马斯克 exact
    zh | person | 埃隆·马斯克 | 埃隆・马斯克说 | 埃隆・马斯克 folded
    zh | person | 埃隆·马斯克 | 埃隆•马斯克说 | 埃隆•马斯克 folded
    zh | person | 埃隆·马斯克 | 埃隆，马斯克说 | -
    zh | org | 中 | 中国银行 | -
    zh | org | 台积电 | 台积电（TSMC）上涨 | 台积电 exact
    zh | org | TSMC | 台积电（TSMC）上涨 | TSMC exact
    zh | org | 華為 | 「華為」新手機 | 華為 exact
    zh | place | 北京 | 北京市民 | 北京 exact
    ? | org | 亚马逊 | 亚马逊裁员 | 亚马逊 exact
    de | org | 亚马逊 | 亚马逊裁员 | 亚马逊 exact
    zh | org | 亚马逊 | 亚马\u200b逊裁员 | 亚马\u200b逊 folded
"""

JAPANESE = """
    ja | org | アマゾン | アマゾンは送料を上げる。 | アマゾン exact
    ja | org | アマゾン | 米アマゾンが発表 | アマゾン exact
    ja | org | アマゾン | ｱﾏｿﾞﾝが発表 | ｱﾏｿﾞﾝ folded
    ja | org | アマゾン | アマゾンプライムの会費 | アマゾンプライム compound
    ja | org | アマゾン | アマゾンジャパンの社長 | アマゾンジャパン compound
    ja | org | アマゾン | アマゾンズ | -
    ja | org | アマゾン | ネットアマゾン | -
    ja | org | ソニー | ソニーグループの決算 | ソニーグループ compound
    ja | org | ソニー | ソニーの決算 | ソニー exact
    ja | org | ソニー | パソニーズ | -
    ja | org | メタ | メタル価格 | -
    ja | org | メタ | メタの決算 | メタ exact
    ja | org | ライン | オンライン会議 | -
    ja | org | ライン | ラインナップ | -
    ja | org | トヨタ | トヨタ自動車 | トヨタ exact
    ja | org | トヨタ自動車 | トヨタ自動車は増産 | トヨタ自動車 exact
    ja | org | パナソニック | ハ\u309aナソニックは | ハ\u309aナソニック folded
    ja | person | イーロン・マスク | イーロン・マスク氏は | イーロン・マスク exact
    ja | person | イーロン・マスク | イーロン･マスク氏は | イーロン･マスク folded
    ja | person | イーロン・マスク | イーロン マスク氏は | イーロン マスク folded
    ja | person | 岸田文雄 | 岸田文雄首相が | 岸田文雄 exact
    ja | org | さくら | さくらが咲く | さくら exact
    ja | org | さくら | さくらんぼ | -
    ja | org | Amazon | 株式会社Amazonで働く | Amazon exact
    ja | org | Amazon | Ａｍａｚｏｎで働く | Ａｍａｚｏｎ folded
    ja | org | 楽天 | 楽天グループ | 楽天 exact
    ja | org | 日本経済新聞 | 日本経済新聞によると | 日本経済新聞 exact
    ja | org | 佐々木商店 | 新佐々木商店 | 佐々木商店 exact
"""

SOUTH_EAST = """
    th | org | แอมะซอน | บริษัทแอมะซอนประกาศ | แอมะซอน exact
    th | org | Amazon | บริษัทAmazonประกาศ | Amazon exact
    th | org | ปตท | กลุ่มปตทขาย | ปตท exact
    th | place | ตาก | ตากี | -
    th | place | ไทย | ประเทศไทยวันนี้ | ไทย exact
    th | place | ยะลา | เยะลา | -
    th | org | กรุงไทย | ธนาคารกรุงไทย | กรุงไทย exact
    lo | place | ລາວ | ປະເທດລາວ | ລາວ exact
    lo | place | ລາວ | ລາວ່ | -
    lo | place | ວຽງຈັນ | ນະຄອນວຽງຈັນ | ວຽງຈັນ exact
    km | place | កម្ពុជា | ប្រទេសកម្ពុជា | កម្ពុជា exact
    km | place | ភ្នំពេញ | នៅភ្នំពេញ | ភ្នំពេញ exact
    km | org | មត | ្មត | -
    km | place | កម្ពុជ | កម្ពុជា | -
    my | place | မြန်မာ | မြန်မာနိုင်ငံ | မြန်မာ exact
    my | place | ရန်ကုန် | ရန်ကုန်မြို့ | ရန်ကုန် exact
    my | place | မြန | မြန်မာ | -
    my | org | Amazon | ကုမ္ပဏီAmazonက | Amazon exact
"""


@pytest.mark.parametrize(
    ("language", "kind", "name", "text", "found"), one_liners(CHINESE + JAPANESE + SOUTH_EAST)
)
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)


def test_a_name_inside_a_longer_watched_one_gives_way_to_it() -> None:
    matcher = build_matcher([entity("bank", "organization", "中国银行"), entity("it", "place", "中国")])

    matched = read(matcher, "中国银行在中国上涨", "zh")

    assert [("中国银行", "exact")] == accepted(matched, "bank")
    assert [("中国", "exact")] == accepted(matched)


def test_context_in_another_script_is_found_beside_characters() -> None:
    matcher = build_matcher([entity("it", "organization", "亚马逊", context=("Alexa",))])

    (match,) = read(matcher, "亚马逊的Alexa音箱", "zh").matches

    assert "Alexa" in [each.text for each in match.evidence]
