"""Do libraries that others wrote believe our signatures, and no other?

Random bodies under random secrets, some of them rotated, are signed as an attempt signs them. The
reference library of Python and two of JavaScript must verify each, and refuse it once a byte of the
body, the id, the time, the signature or the secret is another.
"""

import json
import random
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from monitor.alerts.signing import headers_of
from monitor.model import Delivery, DeliveryId, Receiver, ReceiverName
from tests.externals import npm
from tests.prove.proof import Outcome, Proof, Say
from tests.unit.alerts.samples import DELIVERY

BATCH = 1000
LIBRARIES = ("standardwebhooks", "svix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A signed body as it came, the secret that its reader has, and whether it is ours."""

    body: str
    headers: Mapping[str, str]
    secret: bytes
    genuine: bool


def letters(count: int, dice: random.Random) -> Iterator[Letter]:
    """Yield so many genuine letters, each with a forgery of it behind."""
    for _ in range(count):
        secrets = tuple(dice.randbytes(dice.randint(24, 64)) for _ in range(dice.randint(1, 3)))
        receiver = Receiver(name=ReceiverName("desk"), url="", secrets=secrets)
        delivery = replace(
            DELIVERY, id=DeliveryId(f"msg_{dice.randbytes(16).hex()}"), body=_body(dice).encode()
        )
        genuine = Letter(
            body=delivery.body.decode(),
            headers=headers_of(delivery, receiver, datetime.now(UTC), "news-monitor/1.0"),
            secret=dice.choice(secrets),
            genuine=True,
        )
        yield genuine
        yield _forged(genuine, delivery, receiver, dice)


def _body(dice: random.Random) -> str:
    """Return a JSON text with any characters but surrogates, of which UTF-8 has none.

    The libraries of JavaScript read what they have verified: what is no JSON they refuse as a whole.
    """
    points = (
        dice.choice((range(128), range(0x2000), range(0xE000, 0x110000))) for _ in range(dice.randint(0, 300))
    )
    return json.dumps({"text": "".join(chr(dice.choice(among)) for among in points)}, ensure_ascii=False)


def _forged(letter: Letter, delivery: Delivery, receiver: Receiver, dice: random.Random) -> Letter:
    """Return a letter with one thing in it another."""
    forged = replace(letter, genuine=False)
    headers = dict(letter.headers)
    match dice.choice(("body", "id", "time", "signature", "secret")):
        case "body":
            place = dice.randint(0, len(letter.body))
            return replace(forged, body=f"{letter.body[:place]} {letter.body[place:]}")
        case "id":
            headers["webhook-id"] = f"{headers['webhook-id']}0"
        case "time":
            headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
        case "signature":
            other = replace(receiver, secrets=(dice.randbytes(32),))
            headers["webhook-signature"] = headers_of(delivery, other, datetime.now(UTC), "a")[
                "webhook-signature"
            ]
        case _:
            return replace(forged, secret=dice.randbytes(32))
    return replace(forged, headers=headers)


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Sign so many bodies, forge each once, and ask three libraries about all."""
    verified = refused = 0
    faults: list[str] = []
    for begin in range(0, count, BATCH):
        batch = list(letters(min(BATCH, count - begin), dice))
        opinions = [[_python(each) for each in batch], *(_javascript(batch, name) for name in LIBRARIES)]
        for letter, *believed in zip(batch, *opinions, strict=True):
            if any(each is not letter.genuine for each in believed):
                faults.append(f"{'genuine' if letter.genuine else 'forged'}: {believed}, {letter}"[:400])
        verified += sum(each.genuine for each in batch)
        refused += sum(not each.genuine for each in batch)
        say(f"{verified} genuine and {refused} forged letters, {len(faults)} faults")
    facts = {"genuine": verified, "forged": refused, "libraries": 1 + len(LIBRARIES)}
    return Outcome(tried=verified, faults=tuple(faults), facts=facts)


def _python(letter: Letter) -> bool:
    try:
        Webhook(b64encode(letter.secret).decode()).verify(letter.body, dict(letter.headers), json_parse=False)
    except WebhookVerificationError:
        return False
    return True


def _javascript(batch: Sequence[Letter], library: str) -> Sequence[bool]:
    answers = npm.ask(
        {
            "kind": "signature",
            "library": library,
            "secret": f"whsec_{b64encode(each.secret).decode()}",
            "body": each.body,
            "headers": dict(each.headers),
        }
        for each in batch
    )
    return [answer["genuine"] for answer in answers]


PROOF = Proof(
    name="signatures",
    law="three libraries that others wrote believe our signatures, and no forgery",
    unit="bodies",
    sample=200,
    usual=10_000,
    full=100_000,
    seconds=55,
    run=run,
)
