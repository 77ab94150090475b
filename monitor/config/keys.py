"""Which keys may stand in a configuration, and what their values mean.

One class for each mapping of the file; the texts below their fields become the descriptions of the
JSON Schema, see `described`. Each mapping is read by itself, so that a fault in one feed hides none in the
next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema

from monitor.alerts.formats import FORMATS
from monitor.config import values
from monitor.config.places import Node, Path, Table, Text, as_listing, as_table, child, is_null
from monitor.model import ArticleSource, Case, EntityKind, FirstPoll, Keep, Learning, Rate, Severity

# ---- how a plain value is read ---------------------------------------------------------------

Model = TypeVar("Model", bound="Raw")
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)


def _single(given: object) -> Text:
    if isinstance(given, Text):
        return given
    raise ValueError(f"is {kind_of(given)}; write a single value")


def kind_of(given: object) -> str:
    """Return what a value is, in words."""
    return (
        "a mapping" if isinstance(given, dict) else "a list" if isinstance(given, list) else "a single value"
    )


def _by(read: Callable[[str], object]) -> PlainValidator:
    """Return a validator that makes of a text what `read` makes of it."""
    return PlainValidator(lambda given: read(_single(given)))


def _kept(read: Callable[[str], object] = values.free_text) -> PlainValidator:
    """Return a validator that keeps a text with its place, once `read` has found it good."""

    def check(given: object) -> Text:
        text = _single(given)
        read(text)
        return text

    return PlainValidator(check)


def _first_poll(given: object) -> tuple[FirstPoll, timedelta | None]:
    since = given.get(Text("since", given.place)) if isinstance(given, Table) and len(given) == 1 else None
    if since is not None:
        return FirstPoll.SINCE, values.duration(_single(since), _SECOND)
    if not isinstance(given, Text):
        raise ValueError("is not understood; write baseline, all, or {since: 24h}")  # noqa: TRY004  (pydantic passes a TypeError on)
    return FirstPoll(values.word_of("baseline", "all")(given)), None


def _listen(given: object) -> tuple[str, int] | None:
    text = _single(given)
    return None if is_null(text) else values.address(text)


def _one_or_many(given: object) -> object:
    return as_listing([given], given.place) if isinstance(given, Text) else given


def _one_or_many_tables(given: object) -> object:
    return as_listing([given], given.place) if isinstance(given, Table) else given


def _brake(given: object) -> object:
    if not isinstance(given, Text):
        return given
    if given != "off":
        raise ValueError(
            f"{values.shown(given)} is not understood; write off, or a mapping such as {{alerts: 50}}"
        )
    return as_table({given: Text("true", given.place)}, given.place)


def _named(given: object) -> object:
    return as_table({Text("text", given.place): given}, given.place) if isinstance(given, Text) else given


def _says(**schema: object) -> WithJsonSchema:
    return WithJsonSchema(schema)


_ANY_TEXT = _says(type=["string", "number", "boolean"])
_STRING = _says(type="string", minLength=1)
_PERIOD = _says(type="string", pattern="^([0-9]+(d|h|m|s|ms))+$", examples=["30s", "15m", "6h", "2d"])

Words = Annotated[Text, _kept(), _ANY_TEXT]
Reference = Annotated[Text, _kept(), _STRING]
Many = Annotated[list[Words], BeforeValidator(_one_or_many, json_schema_input_type=Words | list[Words])]
References = Annotated[
    list[Reference], BeforeValidator(_one_or_many, json_schema_input_type=Reference | list[Reference])
]
Period = Annotated[timedelta, _by(lambda text: values.duration(text, _SECOND)), _PERIOD]
Pause = Annotated[timedelta, _by(lambda text: values.duration(text, timedelta(0), _HOUR)), _PERIOD]
Timeout = Annotated[
    timedelta, _by(lambda text: values.duration(text, _SECOND, timedelta(seconds=60))), _PERIOD
]
Kept = Annotated[timedelta, _by(lambda text: values.duration(text, timedelta(days=1))), _PERIOD]
Truth = Annotated[bool, _by(values.truth), _says(type="boolean")]
Identifier = Annotated[Text, _kept(values.identifier), _ANY_TEXT]
TimeOfDay = Annotated[str, _by(values.time_of_day), _says(type="string", pattern="^[0-9]{1,2}:[0-9]{2}$")]
EndOfQuiet = Annotated[str, _by(values.end_of_quiet), _says(type="string", pattern="^[0-9]{1,2}:[0-9]{2}$")]
TimesOfDay = Annotated[
    list[TimeOfDay],
    Field(min_length=1),
    BeforeValidator(_one_or_many, json_schema_input_type=TimeOfDay | list[TimeOfDay]),
]
Weekday = Annotated[frozenset[int], _by(values.weekdays), _STRING]
Weekdays = Annotated[
    list[Weekday], BeforeValidator(_one_or_many, json_schema_input_type=Weekday | list[Weekday])
]
TimeZone = Annotated[str, _by(values.time_zone), _STRING]
Labels = dict[Reference, Words]
Few = Annotated[
    int, _by(lambda text: values.whole(text, 1, 100)), _says(type="integer", minimum=1, maximum=100)
]
Number = Annotated[
    int,
    _by(lambda text: values.whole(text, 1, 1_000_000)),
    _says(type="integer", minimum=1, maximum=1_000_000),
]
PerTime = Annotated[Rate, _by(values.rate), _says(type="string", examples=["30/1m", "1/1s"])]
Fraction = Annotated[float, _by(values.fraction), _says(type="number", minimum=0, maximum=1)]
UserAgent = Annotated[str, _by(values.header), _STRING]
SeverityWord = Annotated[
    Severity, _by(values.choice(Severity)), _says(enum=[each.value for each in Severity])
]
KindWord = Annotated[
    EntityKind, _by(values.choice(EntityKind)), _says(enum=[each.value for each in EntityKind])
]
CaseWord = Annotated[Case, _by(values.choice(Case)), _says(enum=[each.value for each in Case])]
LearnWord = Annotated[Learning, _by(values.choice(Learning)), _says(enum=[each.value for each in Learning])]
SourceWord = Annotated[
    ArticleSource, _by(values.choice(ArticleSource)), _says(enum=[each.value for each in ArticleSource])
]
RobotsWord = Annotated[str, _by(values.word_of("respect", "ignore")), _says(enum=["respect", "ignore"])]
KeepWord = Annotated[Keep, _by(values.choice(Keep)), _says(enum=[each.value for each in Keep])]
ReloadWord = Annotated[
    Literal["signal", "watch"], _by(values.word_of("signal", "watch")), _says(enum=["signal", "watch"])
]
EngineWord = Annotated[
    Literal["embedded", "procrastinate"],
    _by(values.word_of("embedded", "procrastinate")),
    _says(enum=["embedded", "procrastinate"]),
]
FormatWord = Annotated[str, _by(values.word_of(*FORMATS)), _says(enum=list(FORMATS))]
Salience = Annotated[
    str | float,
    _by(values.salience),
    _says(anyOf=[{"enum": ["mention", "about"]}, {"type": "number", "minimum": 0, "maximum": 1}]),
]
FirstPollWord = Annotated[
    tuple[FirstPoll, timedelta | None],
    PlainValidator(_first_poll),
    _says(
        anyOf=[
            {"enum": ["baseline", "all"]},
            {
                "type": "object",
                "properties": {"since": {"type": "string"}},
                "required": ["since"],
                "additionalProperties": False,
            },
        ]
    ),
]


# ---- the keys --------------------------------------------------------------------------------


class Raw(BaseModel):
    """A mapping of the file: no key but its own; a key without a value counts as left out."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_default(cls, given: object) -> object:
        if not isinstance(given, Table):
            return given
        kept = {key: node for key, node in given.items() if key == "listen" or not is_null(node)}
        return kept if len(kept) < len(given) else given


class RawStore(Raw):
    """Where everything is remembered."""

    url: Reference
    """`sqlite:///FILE` or `postgresql://…`; `env:NAME` or `file:/path` say where that stands."""


class RawPerHost(Raw):
    """How gently one host is asked."""

    at_once: Few = 2
    """Requests to one host at the same time."""
    pause: Pause = _SECOND
    """The wait between two requests to one host."""


class RawNetwork(Raw):
    """What feeds and pages may reach, and how."""

    allow_private: Annotated[
        list[Annotated[str, _by(values.network), _STRING]],
        BeforeValidator(_one_or_many, json_schema_input_type=str | list[str]),
    ] = []
    """Private ranges (CIDR) that feeds and pages may reach; never receivers."""
    per_host: RawPerHost = RawPerHost()
    """How gently one host is asked."""
    robots: RobotsWord = "respect"
    """Whether robots.txt decides which article pages are read."""
    proxy: Annotated[Reference | None, _says(type=["string", "null"])] = None
    """Proxies are not supported: null only; the environment's are never used."""


class RawBrake(Raw):
    """When the alerts of one poll are held for review, because a feed says too much at once."""

    share: Fraction | None = None
    """More than this share of a known feed that is new at once, of 10 entries or more, is a storm; 0.5."""
    alerts: Number | None = None
    """So many alerts of one poll are sent at once, the others are held; 20."""
    wait: Period | None = None
    """How long after the poll what is held is sent, in one digest; 15m."""
    off: Truth = False
    """Whether nothing is held for this; `brake: off` says the same."""


Braking = Annotated[RawBrake, BeforeValidator(_brake, json_schema_input_type=Literal["off"] | RawBrake)]


class RawFeed(Raw):
    """One feed, one news sitemap, or all feeds of an OPML file."""

    id: Identifier | None = None
    """The feed's name in states, events and logs; for `opml`, what their names begin with."""
    url: Reference | None = None
    """The address of an RSS, Atom, RDF or JSON feed."""
    opml: Reference | None = None
    """An OPML file with feeds, relative to this file."""
    sitemap: Reference | None = None
    """The address of a news sitemap."""
    every: Period | None = None
    """The wait between two polls; by default it follows the feed, from 5m to 6h."""
    first_poll: FirstPollWord = (FirstPoll.BASELINE, None)
    """What the entries of the first poll are: `baseline` (no alerts), `all`, or `{since: 24h}`."""
    articles: SourceWord = ArticleSource.PAGE
    """Where the text comes from: the article's `page`, or the `feed` alone."""
    labels: Labels = {}
    """Words that watchlists can choose feeds by."""
    brake: Braking | None = None
    """When the alerts of one poll are held for review; by default as above the feeds."""


class RawName(Raw):
    """One way to write an entity."""

    text: Words
    """The name as it is written."""
    case: CaseWord = Case.SMART
    """Which capitals count: `smart`, `exact` or `any`."""


class RawTests(Raw):
    """Sentences that must, and must not, name the entity; they are tried when the file is read."""

    match: Many = []
    """Texts that name the entity."""
    no_match: Many = []
    """Texts that do not."""


class RawEntity(Raw):
    """A person, organization, product or place to watch."""

    kind: KindWord = EntityKind.OTHER
    """What it is; decides which forms its names take."""
    names: Annotated[
        list[Annotated[RawName, BeforeValidator(_named, json_schema_input_type=Words | RawName)]],
        Field(min_length=1),
        BeforeValidator(_one_or_many, json_schema_input_type=Words | list[Words | RawName]),
    ]
    """The ways to write it; the first is its canonical name."""
    decoys: Many = Field(default=[], alias="not")
    """Names of other things that look like it."""
    context: Many = []
    """Words that speak for it."""
    not_context: Many = []
    """Words that speak against it."""
    require: Many = []
    """Words of which at least one must be there."""
    related: References = []
    """Entities that are often named beside it."""
    wikidata: Annotated[str | None, _by(values.wikidata), _says(type="string", pattern="^Q[1-9][0-9]*$")] = (
        None
    )
    """Its Wikidata item."""
    learn: LearnWord | None = None
    """Whether words of its articles are learned: `off`, `on`, `frozen`; by default as `matching` says."""
    tests: RawTests = RawTests()
    """Sentences that must, and must not, name it."""


class RawEntityFile(Raw):
    """A CSV file of entities: id, kind, name, aliases, not, context."""

    file: Reference
    """The file, relative to this one."""


class RawQuietHours(Raw):
    """Hours in which alerts wait for a digest."""

    begin: TimeOfDay = Field(alias="from")
    """Local time at which the quiet begins."""
    end: EndOfQuiet = Field(alias="to")
    """Local time at which it ends, and the digest is sent; 24:00 is the end of the day."""
    days: Weekdays = []
    """Days on which the quiet begins, such as `mon-fri` or `[sat, sun]`; by default every day."""
    tz: TimeZone = "UTC"
    """The time zone, such as Europe/Berlin."""
    spared: Annotated[
        list[SeverityWord],
        BeforeValidator(_one_or_many, json_schema_input_type=SeverityWord | list[SeverityWord]),
    ] = Field(default=[], alias="except")
    """Severities that are not held."""


class RawBudget(Raw):
    """How many alerts go out at once; the rest waits for a digest."""

    alerts: Number
    """At most so many alerts …"""
    per: Period
    """… in so much time."""
    tz: TimeZone | None = None
    """Where days begin at midnight; by default the time zone of the digest, of the quiet hours, or UTC."""


class RawDigest(Raw):
    """All alerts are held and brought together at these times."""

    at: TimesOfDay
    """Local times of the digests."""
    days: Weekdays = []
    """Days of the digests, such as `mon-fri` or `[mon, thu]`; by default every day."""
    tz: TimeZone | None = None
    """The time zone; by default that of the quiet hours, or UTC."""


class RawWatchlist(Raw):
    """Who wants to hear of what."""

    entities: References | None = None
    """Entities, or names of entity files; by default all."""
    when: Words | None = None
    """A boolean query on top: AND OR NOT, "phrase", NEAR/n, title:, lead:."""
    min_confidence: Fraction = 0.5
    """The least confidence that alerts: confirmed from 0.5, probable from 0.35."""
    min_salience: Salience = "mention"
    """`mention`, `about`, or the least salience."""
    languages: Annotated[
        list[Annotated[str, _by(values.language), _STRING]],
        BeforeValidator(_one_or_many, json_schema_input_type=str | list[str]),
    ] = []
    """Languages of articles (BCP 47); by default all."""
    feeds: dict[Reference, Many] = {}
    """Labels that a feed must have, each with the values that will do."""
    severity: SeverityWord = Severity.NORMAL
    """How urgent its alerts are."""
    labels: Labels = {}
    """Words that its alerts carry."""
    receivers: References | None = None
    """Where alerts go; by default to all receivers that take matches."""
    quiet_hours: Annotated[
        list[RawQuietHours],
        BeforeValidator(_one_or_many_tables, json_schema_input_type=RawQuietHours | list[RawQuietHours]),
    ] = []
    """Hours in which alerts wait for a digest; several are a list."""
    budget: RawBudget | None = None
    """How many alerts go out at once."""
    digest: RawDigest | None = None
    """All alerts at these times only."""


class RawReceiver(Raw):
    """A named place that takes events."""

    url: Reference
    """An https address, or `env:NAME` or `file:/path` where it stands."""
    secrets: References = []
    """Signing secrets, the newest first: `env:NAME` or `file:/path`."""
    format: FormatWord = "standard"
    """What is written to it."""
    template: Annotated[Node | None, PlainValidator(lambda given: given), _says(type=["object", "array"])] = (
        None
    )
    """The body of `format: template`: any structure, whose texts may hold `{{ article.title }}`."""
    sender: Reference | None = Field(default=None, alias="from")
    """The address that mail comes from."""
    to: References = []
    """The addresses that mail goes to."""
    user: Reference | None = None
    """Who signs in to the mail server: a name, or `env:NAME` or `file:/path`."""
    password: Reference | None = None
    """With which password: `env:NAME` or `file:/path`."""
    timeout: Timeout = timedelta(seconds=15)
    """The time in which it must answer, in all."""
    events: References | None = None
    """Types of events it takes, such as `source.*`; by default matches, corrections and digests."""
    fallback: Truth = False
    """Whether it is told when another receiver fails; one at most."""
    allow_private: Truth = False
    """Whether its address may be private, and plain http."""
    at_once: Few = 4
    """Deliveries to it at the same time."""
    rate: PerTime | None = None
    """Deliveries to it in a time, such as `30/1m`, spread evenly; any number by default."""


class RawMatching(Raw):
    """How articles are judged."""

    learn: LearnWord = Learning.OFF
    """Whether context is learned: `off`, `on`, or `frozen` (used as it stands)."""


class RawHeartbeat(Raw):
    """A sign of life with counts, for the receivers that take `monitor.heartbeat`."""

    every: Period = timedelta(minutes=15)
    """The wait between two heartbeats."""


class RawWebSub(Raw):
    """Pushes of hubs (WebSub): feeds are polled as soon as their hub says that there is news."""

    secret: Reference
    """The key that hubs' signatures are made of, like a receiver's secret: `env:NAME` or `file:/path`."""


class RawHttp(Raw):
    """The port for health, metrics and the API."""

    listen: Annotated[tuple[str, int] | None, PlainValidator(_listen), _says(type=["string", "null"])] = (
        "127.0.0.1",
        9464,
    )
    """Where /healthz, /readyz, /metrics, /status and /api/v1 answer; null for nowhere."""
    api: Truth | None = None
    """Whether /api/v1 answers; by default on loopback, and elsewhere where there is a `token`."""
    token: Reference | None = None
    """What whoever asks the API must show: `env:NAME` or `file:/path`; on loopback it may be left out."""
    public_url: Reference | None = None
    """Where others reach this port, through a proxy: `https://monitor.example.org`; hubs call there."""
    websub: RawWebSub | None = None
    """Whether hubs are asked to push; they need `public_url`."""
    verdicts: Truth = True
    """Whether alerts have links that say whether they are right; they need `public_url`."""


_EntityShape = Words | list[Words | RawName] | RawEntity | RawEntityFile | None


class RawSettings(Raw):
    """What stands at the top of a configuration beside the four sections."""

    store: RawStore | None = None
    """Where everything is remembered; by default `sqlite:///var/monitor.db`."""
    engine: EngineWord = "embedded"
    """Who runs the steps: each `run` by itself, or any number of `worker` from one queue in PostgreSQL."""
    user_agent: UserAgent | None = None
    """How the monitor introduces itself to servers; name an address where you can be reached."""
    network: RawNetwork = RawNetwork()
    """What feeds and pages may reach, and how."""
    matching: RawMatching = RawMatching()
    """How articles are judged."""
    brake: Braking = RawBrake()
    """When the alerts of one poll are held for review."""
    heartbeat: RawHeartbeat = RawHeartbeat()
    """A sign of life with counts."""
    http: RawHttp = RawHttp()
    """The port for health and metrics."""
    reload: ReloadWord = "signal"
    """When the file is read again: at SIGHUP (`signal`), or also when it changes (`watch`)."""
    retention: Kept = timedelta(days=90)
    """How long articles and delivered alerts are kept."""
    keep: KeepWord = Keep.TEXTS
    """Of which articles the text is kept: those that name somebody, all, or all and their raw pages too."""
    workers: Few | None = None
    """Processes that read documents at the same time; by default two more than there are cores."""


class RawConfig(RawSettings):
    """The configuration of a news monitor."""

    feeds: list[Reference | RawFeed] | None = None
    """What is polled: addresses, or mappings."""
    entities: dict[str, _EntityShape] | list[Words | RawEntityFile] | None = None
    """Who and what is watched: names, or mappings by id."""
    watchlists: dict[str, RawWatchlist] | None = None
    """Who wants to hear of what; by default one, all entities to all receivers."""
    receivers: dict[str, Reference | RawReceiver] | None = None
    """Where events go: addresses, or mappings, by name."""


# Every key that may stand at the top.
SETTINGS = tuple(RawConfig.model_fields)


class _Plain(GenerateJsonSchema):
    """Leaves defaults out: they are values of ours, not of the file; the descriptions tell them."""

    def default_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401  (pydantic's own type for it is not public)
        return self.generate_inner(schema["schema"])


def bare_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration without the texts below the fields."""
    return RawConfig.model_json_schema(mode="validation", schema_generator=_Plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One value that a model refuses: pydantic's word for why, where, and our own words if there are any."""

    kind: str
    loc: Path
    words: str


def validate(model: type[Model], node: Node) -> Model | list[Problem]:
    """Return a mapping as its model, or everything that is wrong with it."""
    try:
        return model.model_validate(node)
    except ValidationError as error:
        return [
            Problem(
                kind=each["type"],
                loc=_as_written(node, each["loc"]),
                words=str(each.get("ctx", {}).get("error", "")),
            )
            for each in error.errors(include_url=False, include_input=False)
        ]


def _as_written(node: Node, loc: Path) -> Path:
    """Return a path without the places in a list that was written as its only mapping."""
    path: list[str | int] = []
    below: Node | None = node
    for step in loc:
        if isinstance(below, Table) and isinstance(step, int):
            continue
        path.append(step)
        below = None if below is None else child(below, step)
    return tuple(path)
