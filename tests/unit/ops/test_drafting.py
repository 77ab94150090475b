"""Laws of a first configuration: what a few answers become."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.load import load_config
from monitor.config.secret import Sources
from monitor.errors import UsageError
from monitor.feeds.discovery import FoundFeed
from monitor.model import EntityKind, FirstPoll
from monitor.ops.drafting import (
    Answers,
    Receiving,
    draft,
    entity_of,
    guessed_kind,
    new_secret,
    receiving_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = FoundFeed(
    url="https://example.org/feed", title="News: a # title\n", format="rss20", entries=3, newest=NOW
)
SITEMAP = FoundFeed(url="https://example.org/s.xml?a=1#b", title="", format="sitemap", entries=3, newest=None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Peter DeSantis", EntityKind.PERSON),
        ("Angela Merkel", EntityKind.PERSON),
        ("Robert Bosch GmbH", EntityKind.ORGANIZATION),
        ("Volkswagen AG", EntityKind.ORGANIZATION),
        ("Berlin", EntityKind.PLACE),
        ("Amazon", EntityKind.OTHER),
        ("AG", EntityKind.OTHER),
        ("Trainium 2", EntityKind.OTHER),
    ],
)
def test_a_kind_is_guessed_only_where_it_shows(name: str, kind: EntityKind) -> None:
    assert kind is guessed_kind(name)


def test_an_entity_is_written_in_one_word() -> None:
    entity = entity_of(" Amazon | AWS|Amazon :organization")
    title = entity_of("Mission: Impossible")

    assert ("amazon", EntityKind.ORGANIZATION) == (entity.id, entity.kind)
    assert ["Amazon", "AWS"] == [name.text for name in entity.names]
    assert ["Mission: Impossible"] == [name.text for name in title.names]


@pytest.mark.parametrize("written", ["", " | ", "!!", ":person", "Amazon|…"])
def test_an_entity_without_a_name_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="holds no name"):
        entity_of(written)


def test_a_kind_that_is_mistyped_is_told_with_the_kinds_and_the_way_to_mean_it() -> None:
    with pytest.raises(UsageError, match=r"'firma' is no kind; write person, .*'Amazon:firma:other' if it"):
        entity_of("Amazon:firma")

    assert ["Amazon:firma"] == [name.text for name in entity_of("Amazon:firma:other").names]
    assert ["Terminator:2"] == [name.text for name in entity_of("Terminator:2").names]


def receiving(written: str, **environ: str) -> Receiving:
    return receiving_of(written, 8080, Sources(environ=environ, folder=Path("/nowhere")))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://desk.example.org/hook", Receiving(url="https://desk.example.org/hook")),
        ("http://desk.example.org/hook", Receiving(url="http://desk.example.org/hook", private=True)),
        ("https://10.1.2.3/hook", Receiving(url="https://10.1.2.3/hook", private=True)),
        ("https://localhost/hook", Receiving(url="https://localhost/hook", private=True)),
        ("print", Receiving(url="http://127.0.0.1:8080/", private=True, listens=True)),
        ("env:A_URL", Receiving(url="env:A_URL", format="slack")),
    ],
)
def test_a_receiver_is_known_by_its_address(written: str, expected: Receiving) -> None:
    assert expected == receiving(written, A_URL="https://hooks.slack.com/services/T/B/x")


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://ptb.discordapp.com/api/webhooks/1/x", "discord"),
        ("https://example.webhook.office.com/webhookb2/x", "teams"),
        ("https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y", "teams"),
        ("https://ntfy.sh/mine", "ntfy"),
        ("https://desk.example.org/hook?token=x", "standard"),
        ("https://user:pass@desk.example.org/hook", "standard"),
    ],
)
def test_an_address_that_is_a_secret_goes_into_a_file_of_its_own(url: str, form: str) -> None:
    found = receiving(url)

    assert ("file:desk.url", form, {"desk.url": url}) == (found.url, found.format, found.secret_files)
    assert "x" not in repr(found).removeprefix("Receiving(url='file:desk.url'").replace("desk", "")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("desk", "is not a whole URL"),
        ("ftp://example.org/", "'ftp' is not a scheme"),
        ("smtp://mail.example.org", "mail takes more answers"),
        ("env:NOT_THERE", "'NOT_THERE' is not set"),
        ("", "is not a whole URL"),
    ],
)
def test_what_is_no_receiver_is_said(written: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        receiving(written)


def test_what_is_drafted_loads_and_says_what_was_answered(tmp_path: Path) -> None:
    amazon = replace(entity_of("Amazon|AWS:organization"), context=("Cloud",), decoys=("Amazon River",))
    answers = Answers(
        feeds=(FEED, SITEMAP),
        entities=(amazon, entity_of("Peter DeSantis")),
        receiving=receiving("print"),
        allow_private=("127.0.0.0/8",),
    )
    path = tmp_path / "monitor.yaml"
    path.write_text(draft(answers, path.parent, NOW), "utf-8")
    (tmp_path / "desk.secret").write_text(new_secret())

    config = load_config(path, {})

    assert [FEED.url, SITEMAP.url] == [feed.url for feed in config.feeds]
    assert [FirstPoll.SINCE, FirstPoll.ALL] == [feed.first_poll for feed in config.feeds]
    assert answers.entities == config.entities
    assert ("127.0.0.0/8",) == config.fetch.allow_private
    (desk,) = config.receivers
    assert ("http://127.0.0.1:8080/", True, 1) == (desk.url, desk.allow_private, len(desk.secrets))
    assert () == config.warnings
    assert f"sqlite:///{tmp_path}/var/monitor.db" == config.store_url
    assert 'sqlite:///var/monitor.db"' in draft(answers, tmp_path / "100 %", NOW)


TITLES = st.text(max_size=30)
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), min_size=1, max_size=30)


@given(title=TITLES, names=st.lists(TEXTS, min_size=1, max_size=3), words=st.lists(TEXTS, max_size=2))
def test_whatever_is_answered_the_file_is_yaml(
    tmp_path_factory: pytest.TempPathFactory, title: str, names: list[str], words: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "drafted.yaml"
    (path.parent / "desk.secret").write_text(new_secret())
    try:
        entity = entity_of("|".join(each.replace("|", "") for each in names))
    except UsageError:
        return
    context = tuple(dict.fromkeys(" ".join(each.split()) for each in words if each.split()))
    entity = replace(entity, context=context)
    answers = Answers(feeds=(replace(FEED, title=title),), entities=(entity,), receiving=receiving("print"))
    path.write_text(draft(answers, path.parent, NOW), "utf-8")

    assert (entity,) == load_config(path, {}, run_tests=False).entities


def test_no_two_secrets_are_alike() -> None:
    assert new_secret() != new_secret()
