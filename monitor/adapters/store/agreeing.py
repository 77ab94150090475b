"""Which configuration is in force for all workers?

The newest one that was put in force: the feeds and receivers in the store are its, and whoever has another
stands by. One that was superseded comes back when no worker lives that has the newer one, so that a mistake
ends with the worker that made it, and a step back needs no command.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from monitor.adapters.store.dialect import lock
from monitor.adapters.store.memory import Instance, mark, register, save_mark
from monitor.adapters.store.schema import instances
from monitor.text.ids import digest63

# A worker that was not seen for so long counts as dead; each is seen several times in it.
ALIVE = timedelta(seconds=60)
# So many that were superseded are remembered; an older one would be taken for new.
_REMEMBERED = 50
_NAME = "configuration"


def agree(connection: Connection, owner: str, me: Instance) -> tuple[datetime | None, bool]:
    """Note that a worker lives and what configuration it has, and put that in force unless it is older.

    Return since when another one is in force, None where its own is; and whether that is so from now on only.
    """
    lock(connection, [digest63("task", _NAME)])
    register(connection, owner, me)
    known: Mapping[str, object] = mark(connection, _NAME) or {}
    newest, older = known.get("version"), known.get("older", [])
    assert isinstance(older, list)
    if newest == me.configuration:
        return None, False
    if me.configuration in older and _is_alive(connection, str(newest), owner, me.seen_at):
        return datetime.fromisoformat(str(known["since"])), False
    left = [each for each in (*older, newest) if each not in (None, me.configuration)]
    value = {"version": me.configuration, "since": me.seen_at.isoformat(), "older": left[-_REMEMBERED:]}
    save_mark(connection, _NAME, value)
    return None, True


def _is_alive(connection: Connection, version: str, besides: str, now: datetime) -> bool:
    alive = select(instances.c.id).where(
        instances.c.configuration == version, instances.c.id != besides, instances.c.seen_at > now - ALIVE
    )
    return connection.execute(alive.limit(1)).first() is not None
