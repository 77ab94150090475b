"""What does a new configuration change? The numbers that a reload tells, and what workers must agree on."""

import json
from collections.abc import Mapping
from dataclasses import replace

from monitor.config.schema import Config
from monitor.text.ids import derive_id
from monitor.text.plain import to_plain


def changes(before: Config, after: Config) -> Mapping[str, int]:
    """Return how many feeds, entities, watchlists and receivers came, went or are otherwise now.

    What did not happen is not told. `names` is how many the matcher was made of anew.
    """
    counts: dict[str, int] = {}
    for kind, then, now in zip(
        ("feeds", "entities", "watchlists", "receivers"), *map(_parts, (before, after)), strict=True
    ):
        counts[f"{kind}_added"] = len(now.keys() - then.keys())
        counts[f"{kind}_removed"] = len(then.keys() - now.keys())
        counts[f"{kind}_changed"] = sum(then[each] != now[each] for each in then.keys() & now.keys())
    counts["names"] = sum(len(entity.names) for entity in after.entities)
    return {name: count for name, count in counts.items() if count}


def version_of(config: Config) -> str:
    """Return a digest of all that workers on one store must agree on.

    What may be a machine's own is not in it, such as `http.listen` and `network`; nor are secrets.
    """
    receivers = [replace(each, secrets=()) for each in config.receivers]
    shared = (
        (config.feeds, config.watchlists, config.queries, receivers),
        (config.heartbeat_every, config.retention, config.keep),
    )
    # Entities may be a hundred thousand, and hold no sets: their words as they are take a tenth of the time.
    return derive_id("cf_", json.dumps(to_plain(shared), sort_keys=True), repr(config.entities))


def _parts(config: Config) -> tuple[Mapping[str, object], ...]:
    return (
        {each.id: each for each in config.feeds},
        {each.id: each for each in config.entities},
        {each.id: each for each in config.watchlists},
        {each.name: each for each in config.receivers},
    )
