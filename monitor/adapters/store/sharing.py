"""How do threads take turns to write, where one transaction writes at a time, and share its commits?

A commit waits for the disk, and then for the interpreter, longer than most transactions take. So whoever
is done while others wait for their turn leaves the transaction to the next, as does that one; the last of
them commits for all. Each has a part of its own, which is undone alone where it fails; and nobody goes on
before the commit. Where nobody waits, each commits at once.

Other processes have no part in that: where any were met, who has written for some time leaves them the time
to begin.

Where a commit fails, it fails for all of its parts, whoever is at fault. For a while each commits alone
then, so that the next time it is seen.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from monitor.adapters.store.dialect import MET_OTHERS
from monitor.errors import StoreError

# Parts of one transaction: the first of them waits for all others.
_MOST = 16
# Seconds after which who waits for a commit looks whether anybody is left who will see to it.
_LOOK_AFTER = 0.05
# Seconds that other processes have to begin, who look for it every millisecond; after how many without such
# a gap they have them; and for how long those are reckoned with that were met. An alert's few transactions,
# one upon the other, are over before that.
_GAP = 0.003
_WITHOUT_GAP = 0.02
_MET = 1.0
# Seconds in which nothing is shared after a commit that failed.
_APART = 2.0


class Turns:
    """The one right to write, for any number of threads of a process."""

    def __init__(self, writer: Engine, patience: float) -> None:
        """`patience` is how many seconds a thread waits for its turn."""
        self._writer = writer
        self._patience = patience
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        # Whoever has the turn may change these.
        self._shared: _Shared | None = None
        self._apart_until = 0.0
        self._met_until = 0.0
        self._began_at = self._ended_at = 0.0

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Have a transaction of one's own, however long; it commits at the end of the block.

        Raises:
            StoreError: no turn came in time.
        """
        with self._my_turn():
            self._end_shared()
            self._let_others_begin()
            try:
                with self._writer.begin() as connection:
                    self._note(connection)
                    yield connection
            finally:
                self._ended_at = time.monotonic()

    @contextmanager
    def shared(self) -> Iterator[Connection]:
        """Have a short part of a transaction; it is committed, or was undone, when this returns.

        Raises:
            StoreError: no turn came in time.
            SQLAlchemyError: the transaction cannot begin, or be committed.
        """
        with self._my_turn():
            shared = self._shared or self._begin()
            try:
                with shared.part():
                    yield shared.connection
            finally:
                if not self._goes_on(shared):
                    self._end_shared()
        while not shared.ended.wait(_LOOK_AFTER):
            self._end_if_left(shared)
        if shared.error is not None:
            raise shared.error

    def _begin(self) -> "_Shared":
        self._let_others_begin()
        self._shared = _Shared(self._writer)
        self._note(self._shared.connection)
        return self._shared

    def _let_others_begin(self) -> None:
        """Leave a gap where others wait for one, and there was none for some time."""
        now = time.monotonic()
        left = self._ended_at + _GAP - now
        if left > 0:
            if now >= self._met_until or now < self._began_at + _WITHOUT_GAP:
                return
            time.sleep(left)
        # Since then there was no gap.
        self._began_at = time.monotonic()

    def _note(self, connection: Connection) -> None:
        if connection.info.get(MET_OTHERS):
            self._met_until = time.monotonic() + _MET

    def _goes_on(self, shared: "_Shared") -> bool:
        """Tell whether somebody else will commit."""
        several = self._waiting > 0 and shared.tried < _MOST
        return several and not shared.broken and time.monotonic() >= self._apart_until

    def _end_shared(self) -> None:
        """Commit what others left, if they left anything."""
        shared, self._shared = self._shared, None
        if shared is not None:
            self._end(shared)

    def _end(self, shared: "_Shared") -> None:
        shared.end()
        self._ended_at = time.monotonic()
        if shared.error is not None:
            self._apart_until = time.monotonic() + _APART

    def _end_if_left(self, shared: "_Shared") -> None:
        """Commit where whoever was to go on gave up."""
        if self._turn.acquire(blocking=False):
            try:
                if self._shared is shared:
                    self._shared = None
                if not shared.ended.is_set():
                    self._end(shared)
            finally:
                self._turn.release()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        self._count(1)
        try:
            came = self._turn.acquire(timeout=self._patience)
        finally:
            self._count(-1)
        if not came:
            raise StoreError(f"no turn to write in the store came within {self._patience} s")
        try:
            yield
        finally:
            self._turn.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self._waiting += more


class _Shared:
    """A transaction of several parts; whoever has the turn may use it."""

    def __init__(self, writer: Engine) -> None:
        self.connection = writer.connect()
        # How many parts there were, and how many of them are to be committed.
        self.tried = 0
        self.parts = 0
        self.broken = False
        self.error: Exception | None = None
        self.ended = threading.Event()
        try:
            self._transaction = self.connection.begin()
        except BaseException:
            self.connection.close()
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is done in the block where it raises, and leave the other parts as they are."""
        self.tried += 1
        if self.parts:
            self.connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            self._undo(error)
            raise
        self.parts += 1

    def end(self) -> None:
        """Commit, or undo all where no part is left to be committed; `error` tells the parts what failed."""
        if self.parts and self.error is None:
            # Until it is.
            self.error = StoreError("the database undid the transaction, or its commit was broken off")
        try:
            if self.parts and not self.broken and self._is_open():
                self._transaction.commit()
                self.error = None
            else:
                self._transaction.rollback()
        except Exception as error:  # noqa: BLE001  (whatever it is, all parts must hear of it)
            self.error = error
        finally:
            with suppress(SQLAlchemyError):
                if self.error is not None:
                    # It may be in a transaction still.
                    self.connection.invalidate()
                self.connection.close()
            self.ended.set()

    def _is_open(self) -> bool:
        """Tell whether the database has kept the transaction; a commit of none would say nothing."""
        raw: Any = self.connection.connection.dbapi_connection
        return bool(raw.in_transaction)

    def _undo(self, error: BaseException) -> None:
        """Undo the part that failed; where that fails too, or the database undid all, all have failed."""
        self.broken = True
        if not self.parts:
            return
        try:
            self.connection.exec_driver_sql("ROLLBACK TO part")
            self.broken = False
        except (SQLAlchemyError, MemoryError) as lost:
            # What the database says of the first failure tells more; any other is one part's own.
            self.error = error if isinstance(error, SQLAlchemyError) else _lost(lost)


def _lost(why: Exception) -> StoreError:
    error = StoreError("a part of a transaction could not be undone alone")
    error.__cause__ = why
    return error
