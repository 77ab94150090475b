from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.errors import ConfigError
from monitor.model import Mail, Receiver

MAIL = "url: smtp://x.example.org\nformat: email\nfrom: a@b.example\nto: c@d.example"
POSTED = "url: https://x.example.org/\nformat: "
ENVIRON = {"MAIL_PASSWORD": "geheim", "APPRISE_URL": "tgram://123:abc/42", "DESK": "desk@example.org"}
Load = Callable[[str], Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(receiver: str, environ: Mapping[str, str] = ENVIRON) -> Config:
        path = tmp_path / "monitor.yaml"
        path.write_text(
            "feeds: [https://www.example.org/news.rss]\n"
            "entities: [Amazon]\n"
            f"receivers:\n  a:\n{''.join(f'    {line}{chr(10)}' for line in receiver.splitlines())}",
            "utf-8",
        )
        return load_config(path, environ)

    return read


def only(config: Config) -> Receiver:
    (receiver,) = config.receivers
    return receiver


def faults(load: Load, receiver: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(receiver)
    return [f"{fault.line}:{fault.column}: {fault.path}: {fault.problem}" for fault in caught.value.faults]


def test_mail_has_a_server_addresses_and_who_signs_in(load: Load) -> None:
    receiver = only(
        load(
            "url: smtp://mail.example.org\n"
            "format: email\n"
            "from: monitor@example.org\n"
            "to: [env:DESK, chef@example.org]\n"
            "user: monitor\n"
            "password: env:MAIL_PASSWORD"
        )
    )

    assert "smtp://mail.example.org" == receiver.url
    assert (
        Mail(
            sender="monitor@example.org",
            recipients=("desk@example.org", "chef@example.org"),
            user="monitor",
            password="geheim",
        )
        == receiver.mail
    )
    assert "geheim" not in repr(receiver)


@pytest.mark.parametrize(
    ("receiver", "fault"),
    [
        (
            "url: https://x.example.org/\nformat: email\nfrom: a@b.example\nto: c@d.example",
            (
                "5:10: receivers.a.url: is no mail server; "
                "write one that begins with smtp:// (STARTTLS) or smtps://"
            ),
        ),
        (
            "url: smtp://x.example.org",
            "5:10: receivers.a.url: is a mail server; write 'format: email' beside it",
        ),
        (
            "url: smtp://u:p@x.example.org\nformat: email\nfrom: a@b.example\nto: c@d.example",
            (
                "5:10: receivers.a.url: says more than server and port; "
                "write who signs in as 'user' and 'password'"
            ),
        ),
        (
            "url: 'smtp://'\nformat: email\nfrom: a@b.example\nto: c@d.example",
            (
                "5:10: receivers.a.url: is a URL without a proper host; "
                "write one such as smtp://mail.example.org:587"
            ),
        ),
        (
            "url: 'smtp://[x'\nformat: email\nfrom: a@b.example\nto: c@d.example",
            "5:10: receivers.a.url: is not a URL; write one such as smtp://mail.example.org:587",
        ),
        (
            "url: smtp://x.example.org\nformat: email",
            "5:5: receivers.a: mail needs from and to; write the addresses it comes from and goes to",
        ),
        (
            "url: smtp://x.example.org\nformat: email\nfrom: Ich <a@b.example>\nto: c@d.example",
            (
                "7:11: receivers.a.from: 'Ich <a@b.example>' is not a mail address; "
                "write one such as desk@example.org"
            ),
        ),
        (
            (
                'url: smtp://x.example.org\nformat: email\nfrom: "a@b.example\\r\\nBcc: x@y.example"\n'
                "to: c@d.example"
            ),
            (
                "7:11: receivers.a.from: 'a@b.example Bcc: x@y.example' is not a mail address; "
                "write one such as desk@example.org"
            ),
        ),
        (
            "url: smtp://x.example.org\nformat: email\nfrom: a@b.example\nto: [c@d.example, öe@d.example]",
            (
                "8:23: receivers.a.to[1]: 'öe@d.example' is not a mail address; "
                "write one such as desk@example.org"
            ),
        ),
        (
            f"{MAIL}\nuser: u",
            "9:11: receivers.a.user: signing in takes 'user' and 'password'; write both, or neither",
        ),
        (
            f"{MAIL}\npassword: env:NONE",
            "9:15: receivers.a.password: signing in takes 'user' and 'password'; write both, or neither",
        ),
        (
            "url: https://x.example.org/\nformat: slack\nto: a@b.example",
            "7:9: receivers.a.to: has a meaning only with 'format: email'; write that, or remove it",
        ),
        (
            "url: https://x.example.org/\nformat: slack\ntemplate: {a: b}",
            (
                "7:15: receivers.a.template: has a meaning only with 'format: template'; "
                "write that, or remove it"
            ),
        ),
        (
            "url: https://x.example.org/\nformat: template",
            (
                "6:13: receivers.a.format: needs a 'template'; "
                "write the body, with {{ article.title }} and the like"
            ),
        ),
        (
            f"{POSTED}template\ntemplate:\n  text: '{{{{ type }}}}'\n  deep: [1, '{{{{ article.titel }}}}']",
            (
                "9:17: receivers.a.template.deep[1]: unknown placeholder 'article.titel'; "
                "did you mean 'article.title'?"
            ),
        ),
        (
            "url: https://x.example.org/\nformat: template\ntemplate: '{{ type }}'",
            (
                "7:15: receivers.a.template: is no structure; "
                "write a mapping or a list, whose texts may hold {{ article.title }}"
            ),
        ),
        (
            "url: geheim\nformat: apprise",
            "5:10: receivers.a.url: is no address that Apprise knows; write env:NAME, where one stands",
        ),
        (
            "url: http://x.example.org/\nformat: alertmanager",
            (
                "5:10: receivers.a.url: http is not secret; "
                "write https://…, or 'allow_private: true' where the receiver is internal"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_receiver_is_told_where_it_stands(load: Load, receiver: str, fault: str) -> None:
    assert fault in faults(load, receiver)


def test_a_template_keeps_the_types_of_its_values(load: Load) -> None:
    receiver = only(
        load(
            "url: https://x.example.org/\n"
            "format: template\n"
            "template:\n"
            "  text: '{{ article.title }}'\n"
            "  list: [1, -2.5, true, null, '7', yes, 1.50, 007, 123456789012345678]"
        )
    )

    assert {
        "text": "{{ article.title }}",
        "list": [1, -2.5, True, None, "7", "yes", 1.5, "007", "123456789012345678"],
    } == receiver.template


def test_apprise_takes_any_address_and_shows_none(load: Load) -> None:
    receiver = only(load("url: env:APPRISE_URL\nformat: apprise"))

    assert "tgram://123:abc/42" == receiver.url
    assert "tgram" not in repr(receiver)


@pytest.mark.parametrize(
    ("receiver", "path", "word"),
    [
        (f"{MAIL}\nuser: u\npassword: p", "receivers.a.password", "for all to read"),
        ("url: json://x.example.org\nformat: apprise", "receivers.a.url", "for all to read"),
        (
            "url: json://x.example.org\nformat: apprise\nsecrets: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "receivers.a.secrets",
            "carries no signature",
        ),
        ("url: https://x.example.org/\nformat: cloudevents", "receivers.a", "unsigned"),
    ],
)
def test_what_is_worth_telling_of_a_receiver_is_told(load: Load, receiver: str, path: str, word: str) -> None:
    warnings = [(each.path, each.problem) for each in load(receiver).warnings]

    assert any(path == found and word in problem for found, problem in warnings)
