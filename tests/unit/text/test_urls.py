"""Laws of what a URL is called, and how it may be shown."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.urls import canonical_url, host_of, shown_url, without_secrets, without_userinfo

SECRET = "s3cr3t"
HOSTS = st.sampled_from(
    ("example.org", "Example.ORG.", "xn--bcher-kva.example", "[::1]", "[2001:DB8::1]", "10.0.0.1")
)
PATHS = st.text(st.characters(blacklist_characters="?#"), max_size=15).map(lambda text: f"/{text}")
QUERIES = st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=3).map(
    lambda pairs: "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs
    )
)


@st.composite
def urls(draw: st.DrawFn) -> str:
    scheme = draw(st.sampled_from(("http", "https", "HTTP", "ftp")))
    user = draw(st.sampled_from(("", "user@", "user:pass@", "a@b:c@")))
    port = draw(st.sampled_from(("", ":80", ":443", ":8080", ":", ":0")))
    return f"{scheme}://{user}{draw(HOSTS)}{port}{draw(PATHS)}?{draw(QUERIES)}#{draw(st.text(max_size=5))}"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://User:pw@Example.ORG:443/A?b=1#c", "https://example.org/A?b=1"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org.:8080/", "http://example.org:8080/"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://a.de/x?utm_source=a&id=7&fbclid=z&b=&UTM_x=1", "https://a.de/x?id=7&b="),
        ("https://a.de/x?b=2&a=1", "https://a.de/x?b=2&a=1"),
        (" https://a.de/x y ?", "https://a.de/x y"),
        ("https://a.de/?x=\ud800", "https://a.de/?x=%3F"),
        (" not a url ", "not a url"),
        ("https://a.de:99999/", "https://a.de:99999/"),
        ("https://[broken/", "https://[broken/"),
        ("mailto:x@a.de", "mailto:x@a.de"),
        ("http://../a", "http://../a"),
        ("", ""),
    ],
)
def test_one_page_has_one_spelling(url: str, canonical: str) -> None:
    assert canonical == canonical_url(url)


@given(urls() | st.text(max_size=30))
@example("http://a/b #f")
@example("http://./x")
@example("http://..//http://")
@example("http://a/\x1f ?x")
def test_a_canonical_url_is_its_own(url: str) -> None:
    once = canonical_url(url)

    assert once == canonical_url(once)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pw@example.org/feed?key=abc&x=1#frag", "https://example.org/feed?key=…&x=…"),
        ("https://example.org/feed?abcdef", "https://example.org/feed?…"),
        ("https://example.org/feed?dG9rZW4==", "https://example.org/feed?…"),
        ("https://example.org/feed?a=1&&tok", "https://example.org/feed?a=…&…"),
        ("https://example.org/feed", "https://example.org/feed"),
        ("https://example.org/?%ff\ud800=1", "https://example.org/?%EF%BF%BD%3F=…"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("secret words", "(not a URL)"),
        ("https://user:pw@[broken", "(not a URL)"),
        ("https://user:pw@example.org:99999/", "(not a URL)"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert shown == shown_url(url)


@given(
    st.sampled_from(
        (
            "https://{}@example.org/a",
            "https://user:{}@example.org/a",
            "https://{}:x@example.org:8443/a?b=c",
            "https://example.org/a?key={}",
            "https://example.org/a?{}",
            "https://example.org/a?{}=",
            "https://example.org/a?x=1&key={}&y",
            "https://example.org/a#{}",
            "https://u:{}@example.org:99999/",
            "//u:{}@example.org/",
            "{}",
        )
    ),
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, blacklist_characters="/?#&=[]\\@%:"), max_size=8
    ),
)
def test_no_secret_is_ever_shown(form: str, more: str) -> None:
    assert SECRET not in shown_url(form.format(SECRET + more))


@given(urls() | st.text(max_size=30))
def test_showing_never_fails(url: str) -> None:
    assert shown_url(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://User@Example.org:443/", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("https://example.org./x", "example.org"),
        ("http://[::1]:80/", "[::1]"),
        ("https://example.org:x/", ""),
        ("words", ""),
    ],
)
def test_a_host_is_named_with_a_port_that_is_not_the_usual(url: str, host: str) -> None:
    assert host == host_of(url)


@pytest.mark.parametrize(
    ("url", "without"),
    [
        (" https://user:p@ss@example.org/a?b@c#d ", "https://example.org/a?b@c#d"),
        ("HTTPS://user@[::1]:80/A", "HTTPS://[::1]:80/A"),
        ("https://user:pw@example.org:99999/x", "https://example.org:99999/x"),
        ("https://user:pw@[broken/x", "https://[broken/x"),
        ("//user@example.org", "//example.org"),
        ("https://example.org/@name", "https://example.org/@name"),
        ("/a//b@c", "/a//b@c"),
        ("mailto:x@example.org", "mailto:x@example.org"),
        ("", ""),
    ],
)
def test_user_and_password_go_and_nothing_else(url: str, without: str) -> None:
    assert without == without_userinfo(url)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read 'https://u:hidden@h/x'", "cannot read 'https://h/x'"),
        ("https://h/feed?token=hidden is twice there", "https://h/feed?token=… is twice there"),
        ("write https://… or http://h/x", "write https://… or http://h/x"),
        ("mail me@example.org", "mail me@example.org"),
        ("'whsec_MfKQ9r8GKYqrTwjUPD8' is no type of event", "'whsec_…' is no type of event"),
        ("make one by: echo whsec_$(openssl …)", "make one by: echo whsec_$(openssl …)"),
    ],
)
def test_a_text_keeps_its_urls_but_not_their_secrets(text: str, shown: str) -> None:
    assert shown == without_secrets(text)


@given(st.from_regex(r"https?://\.{0,3}[a-z0-9-][a-z0-9.-]{0,11}/[A-Za-z0-9/._~%+-]{0,16}", fullmatch=True))
@example("http://a./b")
@example("https://-/")
@example("https://a.b//c%0A")
def test_a_fragment_changes_neither_what_a_url_is_called_nor_its_host(url: str) -> None:
    # With a fragment a URL is read in its parts; without one the plainest are taken as they stand.
    assert canonical_url(f"{url}#part") == canonical_url(url)
    assert host_of(f"{url}#part") == host_of(url)
