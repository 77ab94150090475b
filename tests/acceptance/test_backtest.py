"""The story of an editor who wants to know, before a watchlist is changed, what that would change."""

import json
from collections.abc import Callable

from tests.acceptance.world import Monitor, Outlet, eventually, paragraphs

CONFIGURATION = """
feeds: [{{id: kurier, url: "{feed}", first_poll: all}}]
entities: [{names}]
receivers: {{desk: {{url: "https://hooks.example.org/news", allow_private: true}}}}
http: {{listen: null}}
"""


def test_what_a_new_name_would_have_brought_is_known_before_it_is_there(
    outlet: Callable[[str], Outlet], monitor: Monitor
) -> None:
    kurier = outlet("Kurier")
    kurier.publishes("Neuer Versand", paragraphs("Zalando liefert am Sonntag.", "Mehr nicht."), slug="a")
    monitor.configure(CONFIGURATION.format(feed=kurier.feed, names="Zalando, Trainium"))
    candidate = str(monitor.config.rename(monitor.folder / "new.yaml"))
    monitor.configure(CONFIGURATION.format(feed=kurier.feed, names="Trainium"))
    monitor.start()
    given = monitor.folder / "given.jsonl"
    given.write_text(json.dumps({"title": "Zalando wächst"}) + "\nnone\n", encoding="utf-8")

    eventually(lambda: monitor.status()["articles"], what="the article is stored")
    found = json.loads(monitor.call("backtest", "--candidate", candidate, "--json"))
    told = monitor.call("backtest", "--candidate", candidate, "--fail-over", "0", expect=1)
    of_a_file = monitor.call("backtest", "--candidate", candidate, "--articles", str(given), expect=1)
    monitor.call("backtest", "--candidate", candidate, "--articles", f"{given}.no", expect=2)

    assert (1, 0, 1) == (found["gained"], found["lost"], found["articles"]["judged"])
    assert found["entities"][0]["examples"][0]["sentence"].startswith("«Zalando» liefert")
    assert "«Zalando» liefert" in told
    assert "more than 0 gained or lost" in told
    assert "line 2: not JSON" in of_a_file
    assert "1 article: 1 alert gained" in of_a_file
