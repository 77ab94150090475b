"""Names in Cyrillic: Russian, Ukrainian, Bulgarian, Serbian, Macedonian, Belarusian.

Decided: the script tells, not the language of the article, since short texts are taken for a neighbor's;
every form of these languages is made, and nothing else is an ending. й folds to и, ё to е, ї to і. Plural
forms are made for products alone. Serbian names in both scripts need both spellings under `names`. A word
before a surname vetoes it where it is a listed given name, in any case; an unknown one says nothing
(президент России Путин). The endings are those of the languages' school tables.
"""

import pytest

from monitor.matching.grammar.cyrillic import declined, is_given
from monitor.model import EntityKind
from tests.unit.matching.texts import mentioned, one_liners

ORGANIZATIONS = """
    ru | org | Газпром | Газпром снизил добычу | Газпром exact
    ru | org | Газпром | акции Газпрома и «Газпрому» | Газпрома inflected; Газпрому inflected
    ru | org | Газпром | договор с Газпромом, о Газпроме | Газпромом inflected; Газпроме inflected
    ru | org | Газпром | АКЦИИ ГАЗПРОМА | ГАЗПРОМА inflected
    ru | org | Газпром | Газпромбанк и Газпромовский | -
    ru | org | Газпром | газпромовский | -
    ru | org | Газпром | Газпром-медиа растёт | Газпром-медиа compound
    ru | org | Роснефть | акции Роснефти и Роснефтью | Роснефти inflected; Роснефтью inflected
    ru | org | Роснефть | Роснефтегаз | -
    ru | org | Яндекс | сервис Яндекса | Яндекса inflected
    ru | org | Сбербанк России | клиенты Сбербанка России | Сбербанка России inflected
    ru | org | Единая Россия | депутаты Единой России | Единой России inflected
    ru | org | Новая газета | редактор Новой газеты | Новой газеты inflected
    ru | org | Новая газета | читал Новую газету | Новую газету inflected
    ru | org | Первый канал | эфир Первого канала | Первого канала inflected
    ru | org | ООН | генсек ООН | ООН exact
    ru | org | НАТО | саммит НАТО и Нато | НАТО exact; Нато folded
    ru | org | НАТО | Натальи | -
    ru | org | ЛУКОЙЛ | акции ЛУКОЙЛа | ЛУКОЙЛа inflected
    ru | org | Северсталь | сталь Северстали | Северстали inflected
    ru | org | Аэрофлот | рейс Аэрофлота | Аэрофлота inflected
    ru | org | Аэрофлот | аэрофлота | -
    ru | org | Amazon | склад Amazonа и Amazonом | Amazonа inflected; Amazonом inflected
    ru | product | iPhone | без iPhone'а и с iPhone’ом | iPhone'а inflected; iPhone’ом inflected
    ru | org | Amazon | Amazonка | -
    ru | product | Айфон | новые Айфоны и без Айфонов | Айфоны inflected; Айфонов inflected
    ru | product | Камаз | десять Камазов | Камазов inflected
    de | org | Газпром | акции Газпрома | Газпрома inflected
    ? | org | Газпром | Газпрому выписан штраф | Газпрому inflected
    en | org | Газпром | Газпромом | Газпромом inflected
    uk | org | Нафтогаз | голова Нафтогазу, з Нафтогазом | Нафтогазу inflected; Нафтогазом inflected
    uk | org | Нафтогаз | Нафтогазівець | -
    uk | org | Українська правда | журналіст Української правди | Української правди inflected
    uk | org | Верховна Рада | голова Верховної Ради | Верховної Ради inflected
    bg | org | Българска банка | клиентите на Българската банка | Българската банка inflected
    bg | org | Лукойл | Лукойл поскъпва | Лукойл exact
    bg | org | Лукойл | Лукойлския | -
    sr | org | Телеком | директор Телекома | Телекома inflected
    mk | org | Макпетрол | акции на Макпетрол | Макпетрол exact
    be | org | Белавія | рэйс Белавіі | Белавіі inflected
"""

PLACES = """
    ru | place | Москва | в Москве, из Москвы | Москве inflected; Москвы inflected
    ru | place | Москва | Москвой, Москву | Москвой inflected; Москву inflected
    ru | place | Москва | Москвич и Москворечье | -
    ru | place | Москва | москвич | -
    ru | place | Москва | МОСКВЫ | МОСКВЫ inflected
    ru | place | Россия | власти России, с Россией | России inflected; Россией inflected
    ru | place | Россия | Россиянин, Росси | -
    ru | place | Казань | в Казани | Казани inflected
    ru | place | Китай | в Китае, из Китая | Китае inflected; Китая inflected
    ru | place | Китай | Китайский | -
    ru | place | Орёл | Орел ждёт | Орел folded
    ru | place | Нижний Новгород | в Нижнем Новгороде | Нижнем Новгороде inflected
    ru | place | Ростов-на-Дону | в Ростов-на-Дону | Ростов-на-Дону exact
    uk | place | Київ | у Києві | -
    uk | place | Харків | Харків | Харків exact
    uk | place | Україна | в Україні, України | Україні inflected; України inflected
    uk | place | Україна | Українець | -
    uk | place | Одеса | в Одесі | Одесі inflected
    uk | place | Дніпро | у Дніпрі, до Дніпра | Дніпрі inflected; Дніпра inflected
    bg | place | София | в София | София exact
    bg | place | София | Софиянец | -
    sr | place | Србија | из Србије, у Србији | Србије inflected; Србији inflected
    sr | place | Београд | у Београду, из Београда | Београду inflected; Београда inflected
    sr | place | Београд | Београђанин | -
    mk | place | Скопје | во Скопје | Скопје exact
"""

PERSONS = """
    ru | person | Владимир Путин | визит Владимира Путина | Владимира Путина inflected
    ru | person | Владимир Путин | встреча с Владимиром Путиным | Владимиром Путиным inflected
    ru | person | Владимир Путин | Владимиру Путину | Владимиру Путину inflected
    ru | person | Владимир Путин | о Владимире Путине | Владимире Путине inflected
    ru | person | Владимир Путин | Владимир Путин; президент России Путин | Владимир Путин exact; Путин exact
    ru | person | Владимир Путин | Владимир Путин. У Путина планы. | Владимир Путин exact; Путина inflected
    ru | person | Владимир Путин | с В. Путиным; Владимир Путин | Путиным inflected; Владимир Путин exact
    ru | person | Владимир Путин | Ранее Людмила Путина уехала. | -
    ru | person | Владимир Путин | книга Людмилы Путиной | -
    ru | person | Владимир Путин | с Игорем Путиным | -
    ru | person | Владимир Путин | Путинский режим, путинизм | -
    ru | person | Алексей Навальный | дело Алексея Навального | Алексея Навального inflected
    ru | person | Алексей Навальный | с Алексеем Навальным | Алексеем Навальным inflected
    ru | person | Лев Толстой | роман Льва Толстого | Льва Толстого inflected
    ru | person | Эльвира Набиуллина | слова Эльвиры Набиуллиной | Эльвиры Набиуллиной inflected
    ru | person | Ангела Меркель | речь Ангелы Меркель | Ангелы Меркель inflected
    ru | person | Илья Яшин | суд над Ильёй Яшиным | Ильёй Яшиным inflected
    ru | person | Павел Дуров | арест Павла Дурова | Павла Дурова inflected
    ru | person | Дмитрий Медведев | Дмитрию Медведеву | Дмитрию Медведеву inflected
    ru | person | Дмитрий Медведев | Медведь | -
    ru | person | Дональд Трамп | с Дональдом Трампом | Дональдом Трампом inflected
    uk | person | Володимир Зеленський | указ Володимира Зеленського | Володимира Зеленського inflected
    uk | person | Володимир Зеленський | Володимиру Зеленському | Володимиру Зеленському inflected
    uk | person | Олена Зеленська | фонд Олени Зеленської | Олени Зеленської inflected
    uk | person | Володимир Зеленський | Олена Зеленська | -
    uk | person | Петро Порошенко | справа Петра Порошенка | Петра Порошенка inflected
    uk | person | Юлія Тимошенко | заява Юлії Тимошенко | Юлії Тимошенко inflected
    bg | person | Бойко Борисов | интервю на Бойко Борисов | Бойко Борисов exact
    bg | person | Румен Радев | Румен Радев; Радев каза | Румен Радев exact; Радев exact
    bg | person | Румен Радев | Десислава Радева | -
    sr | person | Александар Вучић | састанак са Александром Вучићем | Александром Вучићем inflected
    sr | person | Новак Ђоковић | меч Новака Ђоковића | Новака Ђоковића inflected
    sr | person | Новак Ђоковић | Милош Ђоковић | -
    ? | person | Владимир Путин | Путина ждут; Владимир Путин молчит | Путина inflected; Владимир Путин exact
"""


@pytest.mark.parametrize(
    ("language", "kind", "name", "text", "found"), one_liners(ORGANIZATIONS + PLACES + PERSONS)
)
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)


def test_names_that_hold_no_cyrillic_word_have_no_forms() -> None:
    assert () == declined("Ørsted", EntityKind.ORGANIZATION)
    assert [] == declined("МВД", EntityKind.ORGANIZATION)


@pytest.mark.parametrize(("word", "given"), [("людмилы", True), ("россии", False), ("anna", False)])
def test_given_names_are_known_in_every_case(word: str, *, given: bool) -> None:
    assert given is is_given(word)
