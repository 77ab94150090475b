from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import values
from monitor.model import Rate


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30s", 30),
        ("15m", 900),
        ("6h", 21_600),
        ("2d", 172_800),
        ("1h30m", 5_400),
        ("500ms", 0.5),
        ("90s", 90),
    ],
)
def test_durations_are_numbers_with_units(written: str, seconds: float) -> None:
    assert timedelta(seconds=seconds) == values.duration(written)


@pytest.mark.parametrize(
    "written", ["", "5", "m", "5 m", "5 minutes", "-5s", "1.5h", "5m1h", "٥m", "9" * 400 + "s"]
)
def test_nothing_else_is_a_duration(written: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write a number and a unit"):
        values.duration(written)


@given(st.timedeltas(min_value=timedelta(milliseconds=1), max_value=values.LONGEST))
def test_a_duration_is_spelled_as_it_is_read(wait: timedelta) -> None:
    wait -= timedelta(microseconds=wait.microseconds % 1000)

    assert wait == values.duration(values.spelled(wait))


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("DE", "de"),
        ("no", "no"),
        ("pt-br", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("de-CH-1996", "de-CH-1996"),
        ("es-419", "es-419"),
    ],
)
def test_language_tags_get_their_usual_spelling(written: str, tag: str) -> None:
    assert tag == values.language(written)


@pytest.mark.parametrize(("written", "time"), [("7:30", "07:30"), ("22:00", "22:00"), ("00:00", "00:00")])
def test_times_of_day_have_two_digits_each(written: str, time: str) -> None:
    assert time == values.time_of_day(written)


@pytest.mark.parametrize(("written", "number"), [("0", 0), ("1", 1), ("0.5", 0.5), (".25", 0.25), ("1.0", 1)])
def test_fractions_are_decimal_numbers_from_0_to_1(written: str, number: float) -> None:
    assert number == values.fraction(written)


@pytest.mark.parametrize("written", ["true", "True", "TRUE"])
def test_true_is_true(written: str) -> None:
    assert values.truth(written) is True


@pytest.mark.parametrize(
    ("written", "listen"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:0", ("localhost", 0)),
        (":9464", ("127.0.0.1", 9464)),
    ],
)
def test_addresses_to_listen_on(written: str, listen: tuple[str, int]) -> None:
    assert listen == values.address(written)


@pytest.mark.parametrize(
    "written", ["9464", "::1:9464", "host name:1", "127.0.0.1:", "127.0.0.1:70000", "127.1:80", "[x]:1"]
)
def test_other_addresses_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not an address to listen on"):
        values.address(written)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_time_zones_are_those_of_the_iana_database(zone: str) -> None:
    assert zone == values.time_zone(zone)


@pytest.mark.parametrize(
    "zone", ["../etc/passwd", "/etc/localtime", "Europe", "berlin", "CEST", "x" * 5000, "a\0b"]
)
def test_other_time_zones_are_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        values.time_zone(zone)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example.org",
        "https://user:pw@a.example.org:8443/x?y#z",
        "HTTPS://[::1]/",
        "https://bücher.example/",
        "http://127.0.0.1:1/",
    ],
)
def test_web_urls_are_taken_as_they_are(url: str) -> None:
    assert url == values.web_url(f" {url} ")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "//hunter2",
        "http://",
        "https://?hunter2",
        "https://a b/hunter2",
        "https://a:0/hunter2",
        "http://[hunter2",
        "file:///hunter2",
    ],
)
def test_what_is_no_web_url_is_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="write one") as caught:
        values.web_url(url)

    assert "hunter2" not in str(caught.value)


def _reason(read: Callable[[str], object], text: str) -> str | None:
    """Return why a text was refused; None where it was not."""
    try:
        read(text)
    except ValueError as refused:
        return str(refused)
    return None


@given(st.text(max_size=40))
def test_readers_refuse_with_a_value_error_and_nothing_else(text: str) -> None:
    for read in (
        values.duration,
        values.fraction,
        values.truth,
        values.time_of_day,
        values.language,
        values.identifier,
        values.network,
        values.web_url,
        values.store_url,
        values.address,
        values.salience,
        values.wikidata,
        values.header,
    ):
        assert "" != _reason(read, text)


@pytest.mark.parametrize(
    ("text", "count", "seconds"), [("30/1m", 30, 60), ("1/1s", 1, 1), (" 5 / 1h30m ", 5, 5400)]
)
def test_a_rate_is_a_number_in_a_time(text: str, count: int, seconds: int) -> None:
    assert Rate(count=count, per=timedelta(seconds=seconds)) == values.rate(text)


@pytest.mark.parametrize("text", ["30", "30/", "/1m", "0/1m", "30/1", "30/500ms", "1/2d", "x/1m"])
def test_what_is_no_rate_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"write"):
        values.rate(text)
