"""Rules with what the store has learned, for one command."""

from contextlib import closing

from monitor.config.schema import Config
from monitor.errands.stores import open_command_store
from monitor.steps.rules import Rules, build_rules
from monitor.upkeep import Recalled, having_recalled, recall


def build_learned_rules(config: Config) -> Rules:
    """Make of a configuration what the stages need, with what the store has learned of its entities."""
    rules = build_rules(config)
    with closing(open_command_store(config.store_url)) as store:
        return having_recalled(rules, recall(store, rules, Recalled()))
