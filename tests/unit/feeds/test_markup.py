"""Laws of the markup that a feed carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.markup import title_text, without_code

ATTRIBUTES = ("a='<script>'", 'b = "<!-- "', "c='\">'", "d", "e=f", 'g="h>i"', "j='</script>'", "k=''")
IMAGE = "data:image/png;base64," + "iVBORw0KGgo" * 20


@pytest.mark.parametrize(
    ("fragment", "kept"),
    [
        ("<p>a</p>", "<p>a</p>"),
        ("a<script>b</script>c", "ac"),
        ("a<SCRIPT type='x'>b</Script >c<style>d</style>e", "ace"),
        ("a<script>b</style>c", "a"),
        ("a<script>b<script>c</script>d", "ad"),
        ("a<scripted>b</scripted>", "a<scripted>b</scripted>"),
        ("a<style>b", "a"),
        ("a<!-- <script> -->b<!---->c<!-->d</script>e<!-- f", "abcd</script>e"),
        ("a<script><!-- b</script>c", "ac"),
        ('a<div x=\'{"y":"<script z>"}\'>b</div>c', 'a<div x=\'{"y":"<script z>"}\'>b</div>c'),
        ('a<img alt="b <!-- c">d<style>e</style>f', 'a<img alt="b <!-- c">df'),
        ('a<i title="b>c<script>d</script>e', 'a<i title="b>ce'),
        ("a<script src='b>c'>d</script>e", "ae"),
        ("a<p title=don't>b<script>c</script>d", "a<p title=don't>bd"),
        ("a<script>b</script c='d'>e", "ae"),
        ("a<script>b</scripted>c</script/>d", "ad"),
        ("a</script>b", "a</script>b"),
        (f'a<img src="{IMAGE}">b', 'a<img src="">b'),
        ('a<img src="data:image/gif;base64,R0lGOD">b', 'a<img src="data:image/gif;base64,R0lGOD">b'),
        ("the data: all of it", "the data: all of it"),
    ],
)
def test_what_is_no_text_goes(fragment: str, kept: str) -> None:
    assert kept == without_code(fragment)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("A <b>bold</b> title", "A bold title"),
        ("One<br>two<h2>three", "One two three"),
        ("a<script>b</script>c", "ac"),
        ("a<!-- b -->c<!DOCTYPE html>d", "acd"),
        ('a<img alt="b<br />c">d', "ad"),
        ("a<img alt='b>c'>d", "ad"),
        ('a<img alt="5 > 3" src="x">b', "ab"),
        ("<b>don't</b> <i title = 'x'>it's</i>", "don't it's"),
        ('a<i title="b>c</i> d', "ac d"),
        ("1 < 2 &amp; 3", "1 < 2 & 3"),
    ],
)
def test_a_title_that_is_marked_as_html_is_read_as_text(raw: str, text: str) -> None:
    assert text == title_text(raw, marked=True)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("The <video> tag", "The <video> tag"),
        ("<b>Bold</b>", "Bold"),
        ("a<script>b<!-- c -->", "a<script>b<!-- c -->"),
    ],
)
def test_a_title_that_is_not_loses_tags_that_titles_have(raw: str, text: str) -> None:
    assert text == title_text(raw, marked=False)


@given(st.text("<>/!-\"'= scriptyle:,;data"))
def test_what_has_no_code_stays_as_it_is(fragment: str) -> None:
    kept = without_code(fragment)

    assert kept == fragment or any(code in fragment.lower() for code in ("<script", "<style", "<!--"))


@given(st.lists(st.sampled_from(ATTRIBUTES)), st.sampled_from(("<b", "<div", "</p")))
def test_what_stands_in_an_attribute_is_no_code(attributes: list[str], tag: str) -> None:
    fragment = f"{tag} {' '.join(attributes)}>text"

    assert without_code(f"{fragment}<script>code</script>!") == f"{fragment}!"
