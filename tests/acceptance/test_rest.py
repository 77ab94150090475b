"""What a service is made of while nothing comes, and that what comes then is told as ever."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.starting import Forked
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.processes import children_of

# As ever, but that it looks five times a second whether anything was asked, not once a minute.
SOON_AT_REST = "import monitor.app; monitor.app.REST_EVERY /= 300"
LATER = {
    "werk": "Amazon baut bei Leipzig ein Lager für sperrige Waren, das im Herbst eröffnet werden soll.",
    "streik": "Bei Amazon in Werne legen die Beschäftigten der Frühschicht bis Samstag die Arbeit nieder.",
    "kartell": "Das Kartellamt prüft, wie Amazon die Preise fremder Händler auf seinem Marktplatz lenkt.",
}


def test_a_service_at_rest_is_one_process_and_tells_what_comes(
    monitor: Monitor, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    with monitor.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
        line = ["run", "-c", str(monitor.config)]
        service = Forked(line, monitor.environ, (nothing, log, log), changed=SOON_AT_REST)
    monitor.process = service

    def at_rest() -> bool:
        return not children_of(service.pid)

    eventually(desk.events, what="the first alert comes")
    for slug, text in LATER.items():
        eventually(at_rest, what="the service is at rest")
        desk.requests.clear()
        kurier.publishes(f"Amazon: {slug}", text, slug=slug)
        eventually(desk.events, what=f"the alert of '{slug}' comes")

    eventually(at_rest, what="the service is at rest")
    monitor.reload()
    eventually(lambda: any('"reload"' in line for line in monitor.lines()), what="it reloads")
    assert at_rest()
    code, _ = monitor.stop()
    assert 0 == code
    assert not any('"error"' in line for line in monitor.lines()), monitor.lines()
