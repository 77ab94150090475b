"""What does the configuration say, ready for the steps?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.alerts.retry import RetryPolicy
from monitor.articles.patience import PagePolicy
from monitor.config.schema import Config
from monitor.feeds.cadence import CadencePolicy
from monitor.feeds.edits import EditPolicy
from monitor.matching.matcher import Matcher, build_matcher
from monitor.matching.sieve import Sieve, build_sieve
from monitor.model import (
    Entity,
    EntityId,
    FeedId,
    FeedSettings,
    Keep,
    Pushes,
    Receiver,
    ReceiverName,
    VerdictLinks,
    Watchlist,
)
from monitor.stories.grouping import GroupingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the configuration says, ready for the stages; replaced as a whole by a reload.

    With `pushes`, hubs are asked to push. With a `sieve`, pages that can name nobody are not extracted. With
    `links`, receivers may say whether a match is right.
    """

    feeds: Mapping[FeedId, FeedSettings]
    entities: Mapping[EntityId, Entity]
    watchlists: tuple[Watchlist, ...]
    receivers: Mapping[ReceiverName, Receiver]
    matcher: Matcher
    user_agent: str
    keep: Keep = Keep.TEXTS
    pushes: Pushes | None = None
    links: VerdictLinks | None = None
    sieve: Sieve | None = None
    cadence: CadencePolicy = field(default_factory=CadencePolicy)
    pages: PagePolicy = field(default_factory=PagePolicy)
    grouping: GroupingPolicy = field(default_factory=GroupingPolicy)
    edits: EditPolicy = field(default_factory=EditPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


def build_rules(config: Config) -> Rules:
    """Make of a configuration what the stages need; the matcher is built here."""
    matcher = build_matcher(config.entities, config.queries)
    return Rules(
        feeds={feed.id: feed for feed in config.feeds},
        entities={entity.id: entity for entity in config.entities},
        watchlists=config.watchlists,
        receivers={receiver.name: receiver for receiver in config.receivers},
        matcher=matcher,
        user_agent=config.fetch.user_agent,
        keep=config.keep,
        pushes=config.pushes,
        sieve=None if config.keep is Keep.TEXTS else build_sieve(matcher.lexicon),
    )
