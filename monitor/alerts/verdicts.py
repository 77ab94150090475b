"""By which links does a receiver say whether a match was right?

A link names the match, an entity in an entry's article, and is signed; it holds for as long as the key and
the entry do, which is for good. The two links of a match differ in one word that is not signed: whoever may
say `wrong` may say `right`.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from monitor.model import EntityId, EntryId, Rightness, VerdictLinks
from monitor.text.ids import derive_id

PATH = "/verdict"
# Half of an HMAC-SHA-256, which RFC 2104 allows: 22 characters of a link that people see.
_SIGNATURE_BYTES = 16


def links_of(entry: EntryId, entity: EntityId, by: VerdictLinks) -> Mapping[str, str]:
    """Return the links that say `right` and `wrong` of a match, the same each time."""
    named = urlencode({"article": entry, "entity": entity, "signature": signature_of(entry, entity, by.key)})
    return {said.value: f"{by.public_url}{PATH}?verdict={said.value}&{named}" for said in Rightness}


def signature_of(entry: str, entity: str, key: bytes) -> str:
    """Return what shows that a match was told by whoever has the key."""
    digest = hmac.digest(key, derive_id("", "verdict", entry, entity).encode(), "sha256")
    return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode("ascii").rstrip("=")


def is_signed(entry: str, entity: str, signature: str, key: bytes) -> bool:
    """Tell whether a signature is that of a match, in the same time whatever it is."""
    wanted = signature_of(entry, entity, key).encode()
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))
