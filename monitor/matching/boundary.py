"""Is the hit a word, and in which form?

Observations: `Amazon` stands in Amazon's, Amazons, Amazon-Chef, Amazonaktie, Trainium2, #Amazon and
amazon.de, all of which name it, and in Amazonas and Amazonen, which do not.

Theory of operation: hits begin at words. What follows decides: nothing, an apostrophe, an ending of
the language, digits, a hyphen, the rest of a closed compound, a domain. A rest that is none of these
makes another word of it. The surface of a mention is the whole word with what hangs on it.

Known exceptions: dashes longer than a hyphen part words; a path of an address names nobody.
"""

import re
from typing import NamedTuple

from monitor.matching.automaton import is_wordlike
from monitor.matching.german import (
    ends_in_noun,
    is_closed_compound,
    is_noun,
    is_other_noun,
    takes_endings,
    takes_s,
)
from monitor.matching.grammar.forms import begins_word, form_of_rest, is_parted_ending
from monitor.matching.grammar.latin import GENITIVE_S, has_plural_s
from monitor.matching.grammar.semitic import is_prefix, is_semitic, takes_prefix
from monitor.matching.grammar.unspaced import form_within
from monitor.matching.lexicon import LEAST_ACRONYM, Role, Target
from monitor.matching.scripts import is_unspaced
from monitor.model import Case, EntityKind, Form
from monitor.text.normalize import BARRIER, Folded

_HYPHENS = frozenset("-\u2010\u2011\ufe63\uff0d")
_CONTRACTIONS = frozenset({"ll", "d", "ve", "re", "m", "t"})
_DIGITS = re.compile(r"\d+[a-z]{0,2}")
# What is so many years old, or percent, is no name that ends in a number: "der 66-Jährige".
_COUNTED = re.compile("-(?:jaehrig|koepfig|prozentig|seitig|stuendig|minuetig|taegig|stellig|fach|mal|year)")
_DOMAIN = re.compile(
    r"(?:\.com?)?\.(?:com|net|org|de|at|ch|eu|fr|it|es|nl|be|pl|se|dk|uk|ie|us|ca|au|jp|in|br|mx|tr|io|ai|tv"
    r"|info|news|biz|shop|app|cloud|dev)(?![\w-])"
)
# What says nothing of a name that it stands beside; that is so of most.
_APART = frozenset({"", " ", BARRIER, ",", ";", "!", "?", "(", ")", '"', "„", "“"})
_CHUNK_BEFORE = re.compile(r"\S*$")
_MIDDLE_DOTS = frozenset("\u00b7\u30fb\u2022\u2027\u22c5\u2219")  # part foreign names in Chinese and Japanese
_LAST_EUROPEAN = "\u058f"  # the scripts up to here write words apart, and nothing before a name
_LONGEST_ADDRESS = 200  # code points looked back for the beginning of an address
_PATH = re.compile(r"://.*/|^[\w-]+(?:\.[\w-]+)+/|[?=&%_]")


class Fit(NamedTuple):
    """How a hit stands in its word.

    `start` and `end` are the surface, `core_end` the end of the name with its ending alone, all in
    the folded text. `form` is None where it is another word; `rest` is what hangs on a compound.
    """

    form: Form | None
    start: int
    end: int
    core_end: int
    rest: str = ""


def fits_case(original: str, folded: Folded, start: int, target: Target) -> bool:
    """Return whether the letters at a hit are as large as the name asks: see matching.md, stage 3."""
    if target.case is Case.ANY or original.startswith(target.display, folded.offsets[start]):
        return True

    def written(place: int) -> str:
        return original[folded.offsets[start + place]]

    if all(written(place).isupper() for place in target.capitals):
        return not any(written(place).isupper() for place in target.smalls)
    first, *others = target.capitals
    as_word = target.case is Case.SMART and target.acronym
    return as_word and written(first).isupper() and all(written(place).islower() for place in others)


def keeps_gaps(folded_text: str, start: int, target: Target) -> bool:
    """Return whether the words of a name are parted in the text as they are in the name, or nearly."""
    return not target.gaps or all(
        _like(folded_text[start + begin : start + end], own) for begin, end, own in target.gaps
    )


def _like(found: str, own: str) -> bool:
    """Return whether what parts two words in a text may stand for what parts them in the name."""
    if found == own:
        return True
    if " " in own and found.replace("-", " ") == own:  # St.-Pauli-Fans, Procter-&-Gamble-Chef
        return True
    loose = {" ", "-"}
    signs = own.replace(" ", "")
    dotted = own in _MIDDLE_DOTS and (found in _MIDDLE_DOTS or found == " ")
    spaced = signs not in {"", "-", "."} and found.replace(" ", "") == signs
    return (found in loose and own in loose) or (own == ". " and found == " ") or spaced or dotted


def form_of(original: str, folded: Folded, start: int, end: int, target: Target, language: str) -> Fit:
    """Return how the name at `folded.text[start:end]` stands in its word."""
    text = folded.text
    if not target.joined and text[end : end + 1] in _APART and (start == 0 or text[start - 1] in _APART):
        alone = Fit(target.form, start, end, end)
        stray = text[end : end + 2] == " -" and language == "de"
        return _before_stray_hyphen(original, folded, alone) if stray else alone
    if start and text[start - 1] in "#@/.:" and (handle := _handle(original, folded, start, end)):
        return handle
    if target.joined or text[end : end + 1] == ".":
        domain = _domain(original, folded, start, end)
        if domain or target.joined:
            return domain or Fit(None, start, end, end)
    if text[start] > _LAST_EUROPEAN and (fit := _in_script(folded, start, end, target, language)) is not None:
        return fit
    for step in (_apostrophe, _attached, _behind_colon):
        if (fit := step(original, folded, start, end, target, language)) is not None:
            return _with_hyphens(original, folded, fit, language)
    return _with_hyphens(original, folded, Fit(target.form, start, end, end), language)


def _before_stray_hyphen(original: str, folded: Folded, fit: Fit) -> Fit:
    """Return a fit with the noun that hangs on it by a hyphen behind a blank: "Zalando -Chef".

    So texts read whose links and marks were taken out.
    """
    place = fit.end + 1
    if not _is_hyphen(original, folded, place):
        return fit
    end = _word_end(folded.text, place + 1)
    first, last = folded.span(place, end)
    noun = original[first + 1 : last]
    if not noun[:1].isupper() or not is_noun(noun):
        return fit
    return Fit(Form.COMPOUND, fit.start, end, fit.end, folded.text[place:end])


def _handle(original: str, folded: Folded, start: int, end: int) -> Fit | None:
    """Return the fit of a hashtag, a handle, or a part of an address; None elsewhere."""
    text = folded.text
    chunk = _CHUNK_BEFORE.search(text, max(start - _LONGEST_ADDRESS, 0), start)
    before = chunk[0] if chunk else ""
    if text[start - 1] in "#@" and (start == 1 or not is_wordlike(text[start - 2])):
        whole = end == len(text) or not is_wordlike(text[end])
        return Fit(Form.HANDLE if whole else None, start - 1, end, end)
    if _PATH.search(before):
        return Fit(None, start, end, end)
    if before.endswith(("://", "@", "www.")) or re.search(r"[\w]\.$", before):
        return _domain(original, folded, start, end)
    return None


def _domain(original: str, folded: Folded, start: int, end: int) -> Fit | None:
    """Return the fit of a domain that begins with the name: amazon.de, amazon.co.uk."""
    found = _DOMAIN.match(folded.text, end)
    if found is None:
        return None
    first, last = folded.span(*found.span())
    if any(each.isupper() for each in original[first:last]) and not original[first:last].isupper():
        return None
    other = start > 1 and folded.text[start - 1] == "-" and is_wordlike(folded.text[start - 2])
    return Fit(None if other else Form.HANDLE, start, found.end(), found.end())


def _apostrophe(
    _original: str, folded: Folded, start: int, end: int, target: Target, language: str
) -> Fit | None:
    """Return the fit of a name before an apostrophe; None where it says nothing of the name."""
    text = folded.text
    if end >= len(text) or text[end] != "'":
        return None
    after = _word_end(text, end + 1)
    rest = text[end + 1 : after]
    if rest == "s":
        return Fit(Form.POSSESSIVE, start, after, after)
    if rest and rest not in _CONTRACTIONS:
        ending = is_parted_ending("'", rest, language)
        return Fit(Form.INFLECTED if ending else None, start, after, after)
    quoted = text[max(start - 1, 0) : start] in {"'", "\u201a"}
    if rest or quoted or takes_s(target.display):
        return None
    return Fit(Form.GENITIVE if language in GENITIVE_S else Form.POSSESSIVE, start, end + 1, end + 1)


def _behind_colon(
    original: str, folded: Folded, start: int, end: int, _target: Target, language: str
) -> Fit | None:
    """Return the fit of an acronym with its ending behind a colon (EU:n); None where there is none."""
    if folded.text[end : end + 1] != ":":
        return None
    after = _word_end(folded.text, end + 1)
    small = original[folded.offsets[end] + 1 : folded.span(end, after)[1]].islower()
    ending = small and is_parted_ending(":", folded.text[end + 1 : after], language)
    return Fit(Form.INFLECTED, start, after, after) if ending else None


def _in_script(folded: Folded, start: int, end: int, target: Target, language: str) -> Fit | None:
    """Return the fit of a name whose script may write letters before it; None where it stands bare."""
    text = folded.text
    if is_unspaced(text[start]):
        form, after = form_within(text, start, end, target.form)
        hangs = is_unspaced(text[end - 1]) or form is not target.form
        return Fit(form, start, after, after if form is None else end, text[end:after]) if hangs else None
    if not is_semitic(text[start]):
        return None
    begin = begins_word(text, start)
    after = _word_end(text, end)
    prefixed = begin is not None and (begin == start or takes_prefix(text[start:end]))
    if begin is None or not prefixed:
        return Fit(None, start, after, after)
    suffixed = after > end and form_of_rest(target.display, text[end:after], language)
    if after > end and not suffixed:
        return Fit(None, begin, after, after)
    return Fit(Form.INFLECTED, begin, after, after) if begin < start or after > end else None


def _attached(
    original: str, folded: Folded, start: int, end: int, target: Target, language: str
) -> Fit | None:
    """Return the fit of a name with letters or digits right behind it; None where there are none."""
    text = folded.text
    if end >= len(text) or not is_wordlike(text[end]):
        return None
    if is_unspaced(text[end]):
        return Fit(target.form, start, end, end)
    after = _word_end(text, end)
    first, last = folded.span(end, after)
    rest = "".join(filter(is_wordlike, original[first:last]))
    for judge in (_ending, _number, _compound):
        form = judge(text[end:after], rest, target, language)
        if form is Form.PLURAL and text[after : after + 1] == "'" and text[start - 1 : start] != "'":
            return Fit(Form.POSSESSIVE, start, after + 1, after + 1)
        if form is Form.COMPOUND:
            return Fit(form, start, after, end, rest)
        if form is not None:
            return Fit(form, start, after, after)
    return Fit(None, start, after, after)


def _ending(folded_rest: str, rest: str, target: Target, language: str) -> Form | None:
    """Return the form of a name with an ending of the language, or None."""
    capitals = rest.isupper() and not target.display.isupper()
    if (rest != rest.lower() and not capitals) or not takes_endings(target.display, folded_rest):
        return None
    if folded_rest == "s" and takes_s(target.display):
        if language in GENITIVE_S:
            return Form.GENITIVE
        if has_plural_s(language):
            return Form.PLURAL
    if language != "de" or not folded_rest.isascii():
        return form_of_rest(target.display, folded_rest, language)
    return _german_ending(folded_rest, target.display)


def _german_ending(folded_rest: str, name: str) -> Form | None:
    if folded_rest == "es" and ends_in_noun(name):
        return Form.GENITIVE
    weak = folded_rest == "n" and name.lower().endswith("e") and not is_other_noun(name + "n", name)
    return Form.INFLECTED if weak else None


def _number(folded_rest: str, _rest: str, target: Target, _language: str) -> Form | None:
    """Return the form of a product's name with its generation behind it (Trainium2), or None."""
    numbered = target.kind in (EntityKind.PRODUCT, EntityKind.OTHER) and target.role is Role.NAME
    return Form.NUMBER if numbered and _DIGITS.fullmatch(folded_rest) else None


def _compound(_folded_rest: str, rest: str, target: Target, language: str) -> Form | None:
    """Return the form of a German closed compound with the name (Amazonaktie), or None."""
    closed = target.kind is not EntityKind.PERSON and language == "de" and target.role is not Role.SHORT
    if not closed or not (rest.islower() or (rest.isupper() and not target.acronym)):
        return None
    if target.acronym and len(target.display) <= LEAST_ACRONYM:
        return None
    return Form.COMPOUND if is_closed_compound(target.display.split()[-1], rest.lower()) else None


def _with_hyphens(original: str, folded: Folded, fit: Fit, language: str) -> Fit:
    """Return a fit with the words that hang on it by hyphens, which make a compound of a name."""
    text = folded.text
    start = fit.start
    while start > 1 and _is_hyphen(original, folded, start - 1) and is_wordlike(text[start - 2]):
        begin = _word_start(text, start - 1)
        if is_prefix(text[begin : start - 1]):
            break
        start = begin
    end = fit.end
    while end < len(text) and _is_hyphen(original, folded, end):
        after = _word_end(text, end + 1)
        if after == end + 1 and text[after : after + 1] not in ("", " "):
            break
        end = after
    if (start, end) == (fit.start, fit.end):
        return fit
    if fit.form and start == fit.start and is_parted_ending("-", text[fit.end + 1 : end], language):
        return Fit(Form.INFLECTED, start, end, end)
    rest = f"{folded.text[start : fit.start]}{fit.rest}{folded.text[fit.end : end]}"
    counted = text[fit.end - 1].isdecimal() and _COUNTED.match(rest)
    return Fit(Form.COMPOUND if fit.form and not counted else None, start, end, fit.core_end, rest)


def _is_hyphen(original: str, folded: Folded, place: int) -> bool:
    return folded.text[place] == "-" and original[folded.offsets[place]] in _HYPHENS


def _word_end(text: str, place: int) -> int:
    while place < len(text) and is_wordlike(text[place]):
        place += 1
    return place


def _word_start(text: str, place: int) -> int:
    while place > 0 and is_wordlike(text[place - 1]):
        place -= 1
    return place
