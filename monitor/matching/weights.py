"""How much does each piece of evidence weigh?

Weights are natural log-odds. Those marked GermEval or SmartData were set from the share of hits with that
sign that people had marked as a name, on the development split and the training split. The others were set
by hand on the acceptance table and the gold's `tune` split. `python -m tests.quality.weights` counts, for
each, how often it spoke on those three and how often the entity was named: docs/decisions/0024.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The one table, in natural log-odds."""

    full_name: float = 4.0  # a name of several words is hardly ever another thing: 0.98
    name: float = 2.0  # a single capitalized word, nothing else known: 0.88
    own_surname: float = 1.0  # a person configured by one word: 0.73
    short_form: float = -0.5  # a bare surname is anybody's: 0.38, probable and no more
    common_word: float = -3.0  # a German noun is capitalized anyway: 0.27 with `name`
    common_word_inside: float = -1.0  # within an English sentence a capital means a name: 0.73
    common_word_opening: float = -1.7  # where a sentence begins, or in an English headline: 0.57
    generic: float = -4.0  # a word for companies (Konzern, company) names none
    capital_article: float = 2.5  # "in Die Zeit": an article within a sentence is capitalized in names only
    common_surname: float = -0.7  # Koch, Weber: many bearers
    article_of_surname: float = -2.5  # "des Kaisers", "im Herbst": GermEval 0 of 9
    common_place: float = -1.6  # "in Halle", of what is configured as a place: GermEval 8 of 12
    quoted: float = 3.0  # „Spiegel“ alone in quotation marks: GermEval 4 of 4
    in_capitals: float = 3.0  # BILD among small letters: SmartData 15 of 16
    handle: float = 3.5  # @BILD: SmartData 17 of 19
    hashtag: float = 1.0  # #Zeit is a topic as often
    unit: float = -5.0  # "drei Tesla", "50 Siemens"
    trade_talk: float = 1.4  # an ordinary word beside shares, branches, or staff
    agent: float = 1.6  # "Bild berichtet", "die Bahn will": what words for things do not do
    counted_noun: float = -3.0  # "eine Allianz", of a noun that is no everyday word
    article_of_noun: float = -2.4  # "der Globus", "mit der Presse", of a noun of the dictionary
    form_of_word: float = -2.4  # Visa, the plural of Visum
    opening_word: float = -2.5  # "Ergo verschiebt sich", of a word that is written small elsewhere
    adjective: float = -4.0  # die Grüne Woche, im Grünen
    genitive: float = 1.5  # "Metas Brille": a common noun has an article there
    opens_as_word: float = -1.5  # "Apple trees bloom", "Block the caller"
    part_of_phrase: float = -1.4  # "the Delta variant", "a Visa requirement"
    headline_phrase: float = -2.2  # "Police Chase Ends", "Pay Gap Widens"
    headline_noun: float = -1.0  # "Visa Rules Tightened", of a headline in capitals
    compound_of_word: float = -2.0  # Meta-analysis, Target-date, but not Meta-owned
    plural_of_word: float = -1.5  # "Visas are scarce"
    in_small_elsewhere: float = -1.5  # "the subway", and then "Subway ridership fell"
    settlement: float = 3.0  # "die Stadt Halle"
    other_acronym: float = -3.0  # CD-ROM is not Rom: GermEval 0 of 2
    counted_word: float = -2.5  # "ein Bild", "neue Welt": SmartData 0 of 12
    place: float = -2.2  # a town or land of the same name: SmartData 4 of 36
    place_of_someone: float = -1.5  # "nach Dresden", of what is no place: that one is meant
    given_name: float = -3.0  # Lena alone is somebody's given name, and no company
    given_name_of_any: float = -1.8  # of an entity that may be a person: 0.55
    two_letters: float = -1.6  # of two letters there are dozens of readings: 68 of 112, 0.60
    three_letters: float = -0.5
    other_word: float = -8.0  # a decoy, another word or a longer name stands there: certain
    lower_case: float = -6.0  # the common word, written as one
    own_given_name: float = 4.5  # the full name, with initials between or in two steps
    other_given_name: float = -8.0  # Ron is not Peter: outweighs licence and context together
    unknown_given_name: float = -5.0  # a capitalized word that no dictionary knows, before a surname
    known_bearer: float = -4.0  # a well-known namesake of an entity without given names
    some_given_name: float = -0.5  # the entity has no given name to compare
    given_name_of_many: float = -2.0  # and many bear the surname: Lars Müller is hardly the Müller meant
    given_name_as_surname: float = -3.0  # Eugen David is not David
    given_name_of_organization: float = -4.0  # Werner Siemens is no company
    licensed_before: float = 5.0  # the full name stood before
    licensed_after: float = 4.5  # it follows, as after a title
    governed_by_other: float = -6.0  # the last full name was another's
    governed_by_namesake: float = -2.5  # of an organization: Gerald Ford, and then Ford
    namesake_in_article: float = -2.5  # an organization's: somebody of that surname is in the article
    namesake_before: float = -2.0  # somebody whose given name tells nothing stood before: Nikola Tesla
    age: float = -4.0  # "Ford, 80," is somebody
    player: float = -3.0  # "Müller traf zum Ausgleich" is no dairy
    office: float = -6.0  # Gouverneur DeSantis is not the manager; outweighs a licence
    office_apposition: float = -4.0
    office_of_namesake: float = -4.0  # with a well-known namesake in office
    office_of_organization: float = -1.5
    office_unclear: float = -0.5  # an entity of no kind may well hold an office
    office_in_sentence: float = -1.5  # for a surname of somebody in office, that nothing licenses
    business: float = 1.0
    as_given_name: float = -5.0  # Friedrich Peters is not Caspar David Friedrich; Paris Jackson no town
    before_surname: float = -2.5  # "Heath Miller", "Max Herbst", "Josef von Bayern": another name follows
    head_of_compound: float = -3.5  # Ein-Euro-Jobs, Switch-Case, of persons called by one word
    compound_of_person: float = -0.9  # Otto-Motor, of persons called by one word: 0.52
    double_unknown: float = -4.0  # Müller-Sönksen, of a word that no dictionary knows
    double_surname: float = -6.0  # Müller-Meier is neither; outweighs a licence
    compound_of_dictionary: float = -2.2  # Eurokurs, Neckarfels: rather a word of its own, 0.45
    group_of_parliament: float = -2.2  # Bundestagsfraktion is a party's: GermEval 0 of 2
    organization_compound: float = 1.5  # Amazon-Chef, Amazonaktie
    organization_word: float = 1.5  # der Händler Amazon
    organization_follows: float = 1.0  # Amazon shares
    legal_form: float = 2.5  # Amazon Inc.
    domain: float = 1.5  # amazon.de
    domain_of_person: float = -2.0  # stern.de is nobody called Stern
    geographic_compound: float = -6.0  # Amazon-Delta
    geographic_follows: float = -6.0  # Amazon River
    geographic_before: float = -3.0  # the river Amazon, the port of Santander
    venue: float = -3.0  # Hotel Continental
    within: float = -3.0  # "in Santander", as nobody says of a company
    of_place: float = -2.5  # "die Metro von Paris"
    bare_article: float = -2.8  # "the Amazon is", as only rivers and forests are called
    neighbor_after: float = -0.4  # Amazon Prime is still Amazon's
    neighbor_before: float = -0.8
    neighbor_of_common: float = -1.7  # Apple Daily, Casa Nova: a common word makes many names
    part_of_foreign: float = -3.0  # Museo de Arte Moderno
    club: float = -3.0  # "TSV Köln", "Borussia Dortmund": a club or a university
    people: float = -3.5  # "die Schweden", of what is configured as a place
    context: float = 1.5
    context_further: float = 0.7
    context_near: float = 0.8
    not_context: float = -2.0
    not_context_further: float = -1.0
    not_context_near: float = -1.0
    required_missing: float = -8.0
    decoy_elsewhere: float = -1.0
    decoy_further: float = -0.4
    related: float = 1.5
    related_further: float = 0.5
    other_bearer: float = -4.0  # of two entities with one name the context tells the other
    shared_name: float = -2.5  # and where it tells neither, the name alone is not enough
    one_sense_for: float = 0.5
    one_sense_against: float = -1.0
    one_sense_strongly_against: float = -2.2  # three refusals and nothing for it
