"""Do the checks notice when a promise is broken? Each mutant breaks the source of a copy on purpose.

A mutant is caught where its named check, which passes on the copy as it is, fails on the mutant. What
no check of a running program can see, such as a lie of the disk, has no mutant.
"""

import random

from tests.prove.breaking import Mutant, break_each
from tests.prove.proof import Outcome, Proof, Say

STORE = "monitor/adapters/store"
COMMITTED = '.exec_driver_sql("COMMIT"); {0}.exec_driver_sql("BEGIN IMMEDIATE")'
_FEED = "    feed_number = save_claimed(connection, Step.POLL, claim, remembered(feed))\n"
_ARTICLE = "        stories.save_processed(self._connection, claim, processed)\n"
_HELD = "        holding.end_hold(self._connection, held)\n"
_REREADS = '    op.create_table(\n        "rereads"'
_ANNOUNCED = "            .values(announced_digest=each.announced_digest, times=each.times)\n        )\n"
_CHECKED = "                _check(partial)\n"
_SAVED = "        tx.save_attempt(claim, attempt, after, notices, report.counts)\n"


def _commit(connection: str) -> str:
    return f"{connection}{COMMITTED.format(connection)}\n"


COMMITS = "tests/prove/test_syscalls.py::test_a_kill_after_any_commit_loses_nothing_and_tells_nothing_twice"
EDITS = "tests/prove/test_syscalls.py::test_a_kill_after_any_commit_of_an_edit_loses_and_doubles_nothing"
MIGRATES = (
    "tests/prove/test_syscalls.py::"
    "test_a_kill_after_the_commits_of_a_migration_leaves_a_store_that_can_be_opened"
)
SECRETS = "tests/prove/test_samples.py::test_a_sample_of_the_attacks_finds_no_fault[secrets]"
SSRF = "tests/prove/test_samples.py::test_a_sample_of_the_attacks_finds_no_fault[ssrf]"
FEEDLIFE = "tests/prove/test_samples.py::test_a_sample_of_the_attacks_finds_no_fault[feedlife]"
FUZZ = "tests/prove/test_samples.py::test_a_sample_of_the_attacks_finds_no_fault[fuzz]"
COPYING = "tests/contract/test_store_copying.py"
LIVES = "tests/prove/test_feedlife.py"
TANGLES = "tests/prove/test_complexity.py::test_what_feedparser_crawls_over_is_in_proportion"

MUTANTS = (
    Mutant(
        name="validators are stored before the entries",
        file=f"{STORE}/polls.py",
        changes=[(_FEED, f"{_FEED}    {_commit('connection')}")],
        check="tests/contract/test_store_polls.py::"
        "test_a_crash_in_the_middle_of_a_poll_leaves_nothing_of_it[sqlite]",
    ),
    Mutant(
        name="validators are stored before the entries (seen by kills)",
        file=f"{STORE}/polls.py",
        changes=[(_FEED, f"{_FEED}    {_commit('connection')}")],
        check=COMMITS,
    ),
    Mutant(
        name="deliveries are written after the article's transaction",
        file=f"{STORE}/tx.py",
        changes=[(_ARTICLE, f"{_ARTICLE}        {_commit('self._connection')}")],
        check="tests/contract/test_store_survival.py::"
        "test_a_crash_while_deliveries_are_written_leaves_nothing_of_the_article[sqlite]",
    ),
    Mutant(
        name="deliveries are written after the article's transaction (seen by kills)",
        file=f"{STORE}/tx.py",
        changes=[(_ARTICLE, f"{_ARTICLE}        {_commit('self._connection')}")],
        check=COMMITS,
    ),
    Mutant(
        name="held alerts are dropped before their digest is written",
        file=f"{STORE}/tx.py",
        changes=[(_HELD, f"{_HELD}        {_commit('self._connection')}")],
        check="tests/contract/test_store_processed.py::"
        "test_a_digest_that_is_cut_short_leaves_the_alerts_held[sqlite]",
    ),
    Mutant(
        name="a delivery's id depends on the moment",
        file="monitor/alerts/outbox.py",
        changes=[("event.subject, receiver.name", "event.subject, receiver.name, now.isoformat()")],
        check="tests/unit/alerts/test_outbox.py::"
        "test_the_same_event_for_the_same_receiver_has_the_same_id_at_any_time",
    ),
    Mutant(
        name="a delivery is marked as delivered before it is sent",
        file="monitor/pipeline.py",
        changes=[
            ("    reply = _post(delivery, receiver, on, by)\n", "    reply = Reply(status=204)\n"),
            (_SAVED, f"{_SAVED}    _post(delivery, receiver, on, by)\n"),
        ],
        check="tests/acceptance/test_survival.py::"
        "test_a_kill_in_the_middle_of_a_delivery_loses_nothing_and_repeats_the_same_bytes",
    ),
    Mutant(
        name="a delivery is marked as delivered before it is sent (seen by kills)",
        file="monitor/pipeline.py",
        changes=[
            ("    reply = _post(delivery, receiver, on, by)\n", "    reply = Reply(status=204)\n"),
            (_SAVED, f"{_SAVED}    _post(delivery, receiver, on, by)\n"),
        ],
        check=COMMITS,
    ),
    Mutant(
        name="the lease's token is not looked at",
        file=f"{STORE}/claims.py",
        changes=[
            (
                'table.c.id == bindparam("of_id"), table.c.lease_token == bindparam("of_token")',
                'table.c.id == bindparam("of_id"), bindparam("of_token") != ""',
            )
        ],
        check="tests/contract/test_store_claims.py::"
        "test_whoever_lost_the_lease_writes_nothing_at_all[sqlite]",
    ),
    Mutant(
        name="an entry with which a poll goes on is left to the others too",
        file=f"{STORE}/polls.py",
        changes=[("            tokens.get(entry.id),\n", "            None,\n")],
        check="tests/contract/test_store_claims.py::"
        "test_an_entry_can_be_held_from_the_moment_on_at_which_it_is_stored[sqlite]",
    ),
    Mutant(
        name="the lease's token is not looked at where polls are written together",
        file=f"{STORE}/quiet.py",
        changes=[
            (
                'feeds.c.lease_token.in_(bindparam("tokens", expanding=True))',
                "feeds.c.lease_token.is_not(None)",
            ),
            ("{token: number for", '{token.rpartition("/")[2]: number for'),
            ("numbers.get(each.claim.token)", 'numbers.get(each.claim.token.rpartition("/")[2])'),
        ],
        check="tests/contract/test_store_quiet.py::test_one_that_lost_its_lease_harms_no_other[sqlite]",
    ),
    Mutant(
        name="a lease never runs out",
        file=f"{STORE}/claims.py",
        changes=[("or_(until.is_(None), until <= _NOW)", "until.is_(None)")],
        check="tests/contract/test_store_claims.py::"
        "test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out[sqlite]",
    ),
    Mutant(
        name="an entry that kills its workers is tried for ever",
        file=f"{STORE}/claims.py",
        changes=[("LOST_AT_MOST = 20\n", "LOST_AT_MOST = 10**9\n")],
        check="tests/contract/test_store_survival.py::"
        "test_an_entry_whose_leases_run_out_again_and_again_is_given_up[sqlite]",
    ),
    Mutant(
        name="a transaction begins as a reader",
        file=f"{STORE}/dialect.py",
        changes=[("monitor_begin=_BEGIN_WRITING", 'monitor_begin="BEGIN"')],
        check="tests/contract/test_store_opening.py::"
        "test_sixteen_threads_of_two_instances_do_each_row_once[sqlite]",
    ),
    Mutant(
        name="commits are not synced",
        file=f"{STORE}/dialect.py",
        changes=[("PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL")],
        check="tests/contract/test_store_survival.py::test_every_connection_of_a_store_is_durable",
    ),
    Mutant(
        name="the purge takes the dead letters too",
        file=f"{STORE}/purging.py",
        changes=[
            ("deliveries.c.state == DeliveryState.DELIVERED", "deliveries.c.state != DeliveryState.PENDING")
        ],
        check="tests/contract/test_store_outbox.py::test_purge_keeps_the_dead_and_the_pending[sqlite]",
    ),
    Mutant(
        name="a migration commits half-way",
        file=f"{STORE}/migrations/versions/v0003_stories_told_again.py",
        changes=[(_REREADS, f'    op.execute("COMMIT")\n    op.execute("BEGIN IMMEDIATE")\n{_REREADS}')],
        check=MIGRATES,
    ),
    Mutant(
        name="a start does not look at the clock of the store",
        file="monitor/app.py",
        changes=[("    store.clock_was_set_back(now, LEASE)\n    return latest", "    return latest")],
        check="tests/acceptance/test_storage.py::"
        "test_a_clock_that_was_a_year_ahead_before_the_start_puts_nothing_off",
    ),
    Mutant(
        name="values of a query are shown",
        file="monitor/text/urls.py",
        changes=[('=…" if value.strip("=") else "…"', '={value}" if value.strip("=") else "…"')],
        check=SECRETS,
    ),
    Mutant(
        name="only the first answer of a name is checked",
        file="monitor/adapters/guard.py",
        changes=[("for answer in answers:", "for answer in answers[:1]:")],
        check=SSRF,
    ),
    Mutant(
        name="carrier-grade NAT counts as the open Internet",
        file="monitor/adapters/guard.py",
        changes=[('    "100.64.0.0/10": "carrier-grade NAT",\n', "")],
        check=SSRF,
    ),
    Mutant(
        name="a shortage of the machine gives entries up",
        file="monitor/engine/perform.py",
        changes=[("claim, store, clock, None)", 'claim, store, clock, "short")')],
        check="tests/unit/engine/test_embedded_survival.py::test_what_the_machine_lacks_is_no_fault_of_the_row",
    ),
    Mutant(
        name="a feed of other rules is polled under these",
        file="monitor/pipeline.py",
        changes=[("settings is None or settings.shown_url != claim.row.shown_url", "settings is None")],
        check="tests/contract/test_store_upkeep.py::"
        "test_a_feed_claimed_under_its_new_address_is_not_asked_at_the_old_one[sqlite]",
    ),
    Mutant(
        name="who shares a commit goes on before it",
        file=f"{STORE}/sharing.py",
        changes=[("while not shared.ended.wait(_LOOK_AFTER):", "while shared.ended.wait(_LOOK_AFTER):")],
        check="tests/contract/test_sharing.py::"
        "test_those_who_wait_share_one_commit_and_nobody_goes_on_before_it",
    ),
    Mutant(
        name="what a part wrote that failed is left to the others",
        file=f"{STORE}/sharing.py",
        changes=[
            (
                "        self.broken = True\n        if not",
                "        self.broken = bool(self.parts)\n        if not",
            )
        ],
        check="tests/contract/test_sharing.py::test_a_first_part_that_fails_leaves_nothing_to_the_others",
    ),
    Mutant(
        name="the notices of polls that are heeded together are not written",
        file="monitor/pipeline.py",
        changes=[
            (
                "        if not notices:\n            noted",
                "        if notices is not None:\n            noted",
            )
        ],
        check="tests/contract/test_heeding.py::test_what_is_heeded_together_is_left_as_by_each_alone[sqlite]",
    ),
    Mutant(
        name="validators are stored before the entries (seen by feed life)",
        file=f"{STORE}/polls.py",
        changes=[(_FEED, f"{_FEED}    {_commit('connection')}")],
        check=FEEDLIFE,
    ),
    Mutant(
        name="the new marks of an edited entry are not learned",
        file="monitor/feeds/novelty.py",
        changes=[("further[: max(0, _LEARNED - len(learned))]", "further[:0]")],
        check=f"{LIVES}::test_an_entry_may_change_one_mark_after_another",
    ),
    Mutant(
        name="a guid identifies by itself",
        file="monitor/feeds/novelty.py",
        changes=[('key("guid+link", guid, page)', 'key("guid+link", guid)')],
        check=FEEDLIFE,
    ),
    Mutant(
        name="guids that churn are not noticed",
        file="monitor/feeds/novelty.py",
        changes=[("churning=changed > 0", "churning=False")],
        check=f"{LIVES}::test_a_title_may_change_while_all_guids_do",
    ),
    Mutant(
        name="a guid given anew is not learned",
        file="monitor/feeds/novelty.py",
        changes=[("stable = by_link.settled or ", "stable = ")],
        check=f"{LIVES}::test_an_entry_that_is_numbered_anew_may_be_edited_later",
    ),
    Mutant(
        name="more than the limit is inflated",
        file="monitor/adapters/answers.py",
        changes=[("if len(inflated) > limit:", "if len(inflated) > 10 * limit:")],
        check=FUZZ,
    ),
    Mutant(
        name="a server may name any wait",
        file="monitor/adapters/answers.py",
        changes=[
            ("min(timedelta(seconds=int(digits[:12])), _LONGEST)", "timedelta(seconds=int(digits[:12]))")
        ],
        check=FUZZ,
    ),
    Mutant(
        name="a fault of a query is told one column before it",
        file="monitor/matching/query.py",
        changes=[("found.group(), found.start() + 1", "found.group(), found.start()")],
        check=FUZZ,
    ),
    Mutant(
        name="a text may turn the direction of a terminal",
        file="monitor/terminal.py",
        changes=[("_OBEYED.sub(lambda found:", "re.compile('$^').sub(lambda found:")],
        check="tests/acceptance/test_documents.py::"
        "test_odd_bytes_become_valid_events_and_no_terminal_obeys_them",
    ),
    Mutant(
        name="an author may be of any length",
        file="monitor/feeds/scan.py",
        changes=[("FIELD = 1_024", "FIELD = 10**6")],
        check=f"{TANGLES}[feed: a long author]",
    ),
    Mutant(
        name="an entry may have any number of categories",
        file="monitor/feeds/scan.py",
        changes=[("CATEGORIES = 256", "CATEGORIES = 10**9")],
        check=f"{TANGLES}[feed: categories of an entry]",
    ),
    Mutant(
        name="a backup is made without the log of the store",
        file=f"{STORE}/copying.py",
        changes=[("?mode=ro", "?mode=ro&immutable=1")],
        check=f"{COPYING}::test_a_restored_backup_is_the_store_as_it_was_and_the_other_is_kept",
    ),
    Mutant(
        name="everybody may read a backup",
        file=f"{STORE}/copying.py",
        changes=[("os.O_RDWR, 0o600", "os.O_RDWR, 0o644")],
        check=f"{COPYING}::test_a_backup_is_one_moment_of_a_store_that_is_written_all_the_while",
    ),
    Mutant(
        name="a restore deletes what stood there",
        file=f"{STORE}/copying.py",
        changes=[("part.rename(parts[part])", "part.unlink()")],
        check=f"{COPYING}::test_a_restored_backup_is_the_store_as_it_was_and_the_other_is_kept",
    ),
    Mutant(
        name="a damaged backup is restored",
        file=f"{STORE}/copying.py",
        changes=[(f"{_CHECKED}                _check_rev", "                _check_rev")],
        check=f"{COPYING}::test_what_is_no_good_backup_is_not_restored[damaged-damaged|malformed]",
    ),
    Mutant(
        name="a store that is put aside leaves its log behind",
        file=f"{STORE}/copying.py",
        changes=[('("", *_BESIDE)', '("",)')],
        check=f"{COPYING}::test_a_store_is_put_aside_with_its_log_however_damaged_it_is",
    ),
    Mutant(
        name="a log without its store is taken for a new store",
        file=f"{STORE}/opening.py",
        changes=[("if _size(log) > 0 and", "if _size(log) < 0 and")],
        check="tests/contract/test_store_damage.py::test_a_log_without_its_store_is_no_new_store",
    ),
    Mutant(
        name="the doctor does not read the store",
        file=f"{STORE}/examining.py",
        changes=[("if problem := integrity(path):", "if problem := None:")],
        check=f"{COPYING}::test_a_store_is_examined_without_being_made_or_changed",
    ),
    Mutant(
        name="the doctor lets everybody read secrets",
        file="monitor/ops/doctor.py",
        changes=[("if mode & stat.S_IROTH:", "if mode & stat.S_IWOTH:")],
        check="tests/unit/ops/test_doctor.py::test_a_secret_that_everybody_may_read_is_a_problem",
    ),
    Mutant(
        name="an edit is noted before its article is to be read again (seen by kills)",
        file=f"{STORE}/rereads.py",
        changes=[(_ANNOUNCED, f"{_ANNOUNCED}        {_commit('connection')}")],
        check=EDITS,
    ),
    Mutant(
        name="what an edit tells is written after its article (seen by kills)",
        file=f"{STORE}/tx.py",
        changes=[(_ARTICLE, f"{_ARTICLE}        {_commit('self._connection')}")],
        check=EDITS,
    ),
    Mutant(
        name="an entry is settled though its edit is still to be heeded",
        file="monitor/feeds/novelty.py",
        changes=[(" and whose.isdisjoint(open_still)", "")],
        check="tests/contract/test_heeding.py::"
        "test_an_edit_of_what_is_in_work_is_read_later_though_the_feed_shows_it_as_at_the_last_poll[sqlite]",
    ),
    Mutant(
        name="what looks like a settled entry is taken away wherever it stands",
        file="monitor/feeds/parse.py",
        changes=[(" or len(taken) != len(left.taken)", "")],
        check="tests/unit/feeds/test_settled.py::"
        "test_where_taking_entries_away_could_change_something_the_document_is_read_with_all_of_them",
    ),
    Mutant(
        name="what is left of a document is judged alone though it has marks of known entries",
        file="monitor/steps/reading.py",
        changes=[("if stands_alone(feed.id, outline, remembered.known):", "if True:")],
        check="tests/contract/test_heeding.py::"
        "test_an_entry_that_links_to_the_page_of_one_that_stands_as_it_stood_is_another[sqlite]",
    ),
    Mutant(
        name="who stands still where the server forgets it is left alone",
        file=f"{STORE}/server.py",
        changes=[("AND state <> 'idle' AND wait_event IN", "AND state = 'active' AND wait_event IN")],
        check="tests/contract/test_store_stalled.py::"
        "test_who_stands_still_is_ended_where_the_server_forgets_its_own_timeout",
    ),
    Mutant(
        name="who stands still is ended over a connection that waits for him",
        file=f"{STORE}/server.py",
        changes=[
            ("hide_parameters=True, pool=engine.pool.recreate())", "hide_parameters=True, pool=engine.pool)")
        ],
        check="tests/contract/test_store_stalled.py::test_who_stands_still_is_ended_where_all_connections_wait_for_him",
    ),
    Mutant(
        name="an article may be read again any number of times",
        file="monitor/feeds/edits.py",
        changes=[("times=before.times + 1", "times=before.times")],
        check="tests/unit/feeds/test_edits.py::"
        "test_a_feed_that_edits_at_every_poll_has_each_article_read_so_often_and_ever_later",
    ),
    Mutant(
        name="a leak is drowned by what a service needs while it warms up",
        file="tests/prove/soak.py",
        changes=[("if rise > RISES[name]", "if rise > 100 * RISES[name]")],
        check="tests/prove/test_soak.py::test_a_leak_of_one_in_ten_seconds_is_a_fault_after_minutes",
    ),
)


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Break a copy in so many ways, all of them where `count` is their number, and see what notices."""
    return break_each(dice.sample(MUTANTS, min(count, len(MUTANTS))), say)


PROOF = Proof(
    name="mutants",
    law="a promise that is broken on purpose is noticed",
    unit="mutants",
    sample=1,
    usual=len(MUTANTS),
    full=len(MUTANTS),
    seconds=880,
    run=run,
    whole=True,
)
