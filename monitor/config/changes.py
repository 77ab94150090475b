"""What does a new configuration change? The numbers that a reload tells."""

from collections.abc import Mapping

from monitor.config.schema import Config


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


def _parts(config: Config) -> tuple[Mapping[str, object], ...]:
    return (
        {each.id: each for each in config.feeds},
        {each.id: each for each in config.entities},
        {each.id: each for each in config.watchlists},
        {each.name: each for each in config.receivers},
    )
