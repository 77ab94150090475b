"""Do the pages of a feed's entries still give text?

Observations. A wall for consent, a paywall, a block of robots or a new layout answers 200 like ever, and
the feed stays well: alerts then rest on the summaries alone, and nobody notices. Many papers sell a part
of their articles; that is their way, and no trouble. A layout that changes often leaves the extraction
the first paragraph.

Theory of operation. Of the last pages it is kept why they were not used, if they were not. A feed is in
trouble where most of them were not, and well again where few are, or the newest all were used; between
the two it stays as it was, so that a paper that sells half of its articles does not flap. How long its
texts usually are is a running median: each text moves it by a small step towards itself, so that the
walls of a day do not move it, and a publisher's new form becomes usual after some dozens of articles.
The median of the newest texts is held against it.

Known exceptions. A feed whose every page is walled from its first day on is told as degraded once, and
stays so: that is true, and `articles: feed` ends it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from monitor.model import Article, FailureReason, PageMemory, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTroublePolicy:
    """When pages are in trouble.

    Of the last `remembered` pages the share `bad` not used begins trouble, from `least` unused ones on;
    the share `good`, or `newest` used in a row, ends it. Texts are shrunken where the median of the
    `newest` falls under `shrunken` of the usual length, and no more from `grown` on; `step` is how far
    one text moves the usual length, which counts from `settled` texts on.
    """

    remembered: int = 20
    least: int = 3
    bad: float = 0.7
    good: float = 0.3
    newest: int = 5
    shrunken: float = 0.25
    grown: float = 0.5
    step: float = 0.02
    settled: int = 20


def page_seen(before: PageMemory, article: Article, policy: PageTroublePolicy) -> PageMemory:
    """Return what is remembered of a feed's pages after one more was read, or could not be."""
    reasons = (*before.reasons, article.fallback)[-policy.remembered :]
    if article.fallback is not None or article.verdict is Verdict.UNREAD:
        return PageMemory(reasons=reasons, chars=before.chars, texts=before.texts, usual=before.usual)
    chars = (*before.chars, len(article.zones.text))[-policy.newest :]
    return PageMemory(
        reasons=reasons, chars=chars, texts=before.texts + 1, usual=_usual(before, chars, policy)
    )


def are_trusted(before: PageMemory, policy: PageTroublePolicy) -> bool:
    """Tell whether a feed's pages gave texts long enough that one may be judged without its text."""
    return before.texts >= policy.settled and not any(before.reasons[-policy.newest :])


def trouble_of(
    pages: PageMemory, present: FailureReason | None, policy: PageTroublePolicy
) -> FailureReason | None:
    """Return what is wrong with the pages, given what was until now; None where they are well."""
    unused = [reason for reason in pages.reasons if reason is not None]
    if _many(pages.reasons, unused, policy, present=present is not None):
        return Counter(unused).most_common(1)[0][0]
    if pages.texts < policy.settled:
        return None
    limit = policy.grown if present is FailureReason.SHRUNKEN else policy.shrunken
    return FailureReason.SHRUNKEN if median(pages.chars) < limit * pages.usual else None


def _many(
    reasons: Sequence[FailureReason | None],
    unused: Sequence[FailureReason],
    policy: PageTroublePolicy,
    *,
    present: bool,
) -> bool:
    if len(unused) < policy.least or not any(reasons[-policy.newest :]):
        return False
    share = len(unused) / len(reasons)
    return share > policy.good if present else share >= policy.bad


def _usual(before: PageMemory, chars: Sequence[int], policy: PageTroublePolicy) -> float:
    """Return the usual length: the median of the first texts, then moved by a step for each."""
    newest = chars[-1]
    if before.texts < policy.newest:
        return float(median(chars))
    return before.usual * (1 + policy.step if newest > before.usual else 1 - policy.step)
