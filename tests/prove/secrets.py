"""Do secrets stay on the wire? Twelve of them go through every error, and every output is searched.

Feeds and receivers with secrets in each part of their addresses meet servers that echo them, move with
them, answer garbage or nothing; mail, a bridge, a signing key and the environment bring theirs. Then
each is looked for in whatever the product wrote, printed, sent in a body or gave to a child process: as
it is, percent-encoded, and in Base64. Each must also have been in use, or nothing was proved.
"""

import base64
import json
import random
import socket
import sqlite3
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.acceptance.test_crashes import run_with_bug
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.processes import environments_below
from tests.prove.proof import Outcome, Proof, Say
from tests.servers import Asked, Peer, answer, redirect, say, serving

# Where each stands; the words are joined with what is random, so that they are found nowhere else.
CANARIES = (
    "feed user",
    "feed password",
    "feed query",
    "receiver user",
    "receiver password",
    "receiver path",
    "receiver query",
    "signing key",
    "mail password",
    "bridge password",
    "bridge path",
    "environment",
)
PLACES = 14


class _World:
    """The service with all canaries, and every server that may make it tell one."""

    def __init__(self, folder: Path, stack: ExitStack, canaries: Mapping[str, str]) -> None:
        self.canaries = canaries
        self.monitor = stack.enter_context(closing(Monitor(folder, forked=True)))
        self.desk = stack.enter_context(closing(Desk()))
        self.outlet = stack.enter_context(closing(Outlet("kurier")))
        self.outlet.publishes("Amazon meldet", "Amazon meldet. " + "Ein Satz mehr. " * 80, slug="a")
        unused = stack.enter_context(socket.socket())
        unused.bind(("127.0.0.1", 0))
        self.shut = f"127.0.0.1:{unused.getsockname()[1]}"
        echo = stack.enter_context(serving(_echo)).url()
        self.feeds = {
            "echoed": echo,
            "moved": stack.enter_context(serving(_moved)).url(),
            "astray": stack.enter_context(serving(redirect("ftp://x/"))).url(),
            "garbage": stack.enter_context(serving(say(b"HTTP/1.1 what\r\n\r\n"))).url(),
            "page": stack.enter_context(serving(answer(b"<html>no feed</html>"))).url(),
            "closed": f"http://{self.shut}/",
            "tls": f"{self.outlet.base.replace('http:', 'https:')}/",
            "inside": "http://10.0.0.1/",
            "well": self.outlet.feed,
        }
        self._configure(echo)

    def _configure(self, echo: str) -> None:
        of = self.canaries
        self.key = base64.b64encode(of["signing key"].encode()).decode()
        user = f"{of['receiver user']}:{of['receiver password']}@"
        secret = f"{of['receiver path']}?key={of['receiver query']}"
        self.monitor.environ |= {
            "DESK_SECRET": f"whsec_{self.key}",
            "DESK_URL": f"{self.desk.base}/{secret}",
            "ECHO_URL": f"{echo.replace('://', f'://{user}').rstrip('/')}/{secret}",
            "SHUT_URL": f"http://{user}{self.shut}/{secret}",
            "MAIL_PASSWORD": of["mail password"],
            "BRIDGE_URL": f"json://u:{of['bridge password']}@{self.shut}/{of['bridge path']}",
            "OTHER_TOKEN": of["environment"],
            "HTTPS_PROXY": f"http://{of['environment']}@{self.shut}",
        }
        feeds = "\n".join(
            f"  - {{id: {name}, url: '{self._with_secrets(url)}', every: 1s, first_poll: all}}"
            for name, url in self.feeds.items()
        )
        ours = "secrets: ['env:DESK_SECRET'], allow_private: true"
        pattern = "format: template, template: {text: '{{article.title}}'}"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.listen = f"127.0.0.1:{free.getsockname()[1]}"
        self.monitor.configure(
            f"feeds:\n{feeds}\nentities: {{amazon: {{kind: organization, names: [Amazon]}}}}\nreceivers:\n"
            f"  desk: {{url: 'env:DESK_URL', {ours}}}\n  echo: {{url: 'env:ECHO_URL', {ours}}}\n"
            f"  shut: {{url: 'env:SHUT_URL', {ours}, {pattern}}}\n"
            f"  mail: {{url: 'smtp://{self.shut}', format: email, allow_private: true, from: a@b.example, "
            "to: c@d.example, user: monitor, password: 'env:MAIL_PASSWORD'}\n"
            "  bridge: {url: 'env:BRIDGE_URL', format: apprise, allow_private: true}\n"
            f"  ops: {{url: '{self.desk.base}/ops', {ours}, events: ['source.*', 'receiver.*']}}\n"
            f"http: {{listen: '{self.listen}'}}\n"
        )

    def _with_secrets(self, url: str) -> str:
        of = self.canaries
        user = f"{of['feed user']}:{of['feed password']}"
        return f"{url.replace('://', f'://{user}@')}?token={of['feed query']}"

    def outputs(self) -> Mapping[str, str]:
        """Let everything go wrong, and return all that can be read afterwards, by where."""
        monitor = self.monitor
        # Also what it starts, whose environment is looked at below.
        monitor.start(alone=True)
        failing = len(self.feeds) - 1
        eventually(lambda: failing == self._failing())
        for kind in (b'"source.failing"', b'"match.created"'):
            eventually(lambda kind=kind: any(kind in body for _, body in self.desk.requests), 60)  # type: ignore[misc]
        told = {path: self._get(path) for path in ("/status", "/metrics", "/readyz")}
        told["children's environment"] = self._children()
        monitor.kill()
        listed = monitor.call("deliveries", "list", "--json")
        told["commands"] = listed + "".join(
            monitor.call("deliveries", "show", each["id"]) for each in json.loads(listed)["deliveries"][:2]
        )
        told |= self._bugs()
        told["a bug in a worker process"] = self._tattled()
        monitor.call("backup", str(monitor.folder / "backup.db"))
        told["log"] = monitor.log.read_text(encoding="utf-8")
        with closing(sqlite3.connect(monitor.database)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        told["store"] = monitor.database.read_bytes().decode("latin-1")
        told["backup"] = (monitor.folder / "backup.db").read_bytes().decode("latin-1")
        told["bodies"] = b"".join(body for _, body in self.desk.requests).decode()
        told |= self._broken()
        return told

    def _failing(self) -> int:
        with closing(sqlite3.connect(self.monitor.database, timeout=10)) as database:
            count: int = database.execute("SELECT count(reason) FROM feeds").fetchone()[0]
        return count

    def _bugs(self) -> Mapping[str, str]:
        """Return what is said of errors whose words hold every secret: by a dying process, and by steps."""
        bugs = {
            "a process that a bug ends": ("monitor.app.Worker.__init__ = broken", "run", False),
            "a bug in a step": ("monitor.app.poll = monitor.app.deliver = broken", "once", True),
        }
        words = " ".join((f"https://{':'.join(self.canaries.values())}@h.example/", *self.canaries.values()))
        ended = {
            place: run_with_bug(self.monitor, bug, command, words=words, forked=forked)
            for place, (bug, command, forked) in bugs.items()
        }
        return {place: done.stdout + done.stderr for place, done in ended.items()}

    def _tattled(self) -> str:
        """Return all that is said of feeds whose reading breaks with the whole document in its words."""
        folder = self.monitor.folder / "tattled"
        folder.mkdir()
        # With a store of its own, or nothing would be due.
        with closing(Monitor(folder, forked=True)) as other:
            other.environ = self.monitor.environ
            text = self.monitor.config.read_text(encoding="utf-8")
            other.config.write_text(text.replace(self.monitor.store, other.store), encoding="utf-8")
            bug = "monitor.app.PRELOAD += ('tests.prove.tattling',)"
            done = run_with_bug(other, bug, "once", "--json", forked=True)
            said = f"{done.stdout}{done.stderr}{other.call('status', '--json')}"
            assert "RuntimeError" in said, said
            stored = b"".join(path.read_bytes() for path in folder.glob("monitor.db*"))
        return said + stored.decode("latin-1")

    def _broken(self) -> Mapping[str, str]:
        """Return what commands say where the store and the configuration are broken too."""
        monitor = self.monitor
        with monitor.database.open("r+b") as file:
            file.write(b"\0" * 100)
        # Whatever it finds, it may tell nothing.
        doctor = monitor.call("doctor", "--json", expect=1)
        text = monitor.config.read_text(encoding="utf-8")
        monitor.config.write_text(
            text.replace("every: 1s", "every: soon") + "\nunknown: 1\n", encoding="utf-8"
        )
        return {"doctor and a damaged store": doctor, "faults of check": monitor.call("check", expect=78)}

    def _get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://{self.listen}{path}", timeout=10) as answered:
                return str(answered.read(), "utf-8")
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def _children(self) -> str:
        assert self.monitor.process is not None
        return environments_below(self.monitor.process.pid)


@contextmanager
def _world(dice: random.Random) -> Iterator[_World]:
    canaries = {name: f"{name.replace(' ', '')}{dice.randbytes(12).hex()}" for name in CANARIES}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="secrets-")))
        yield _World(folder, stack, canaries)


def found(secret: str, text: str) -> bool:
    """Tell whether a text holds a secret, in any of the spellings in which it may slip out."""
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return any(each in text for each in (secret, quote(secret, safe=""), coded))


def run(count: int, dice: random.Random, say: Say) -> Outcome:  # noqa: ARG001  (all secrets, all places, always)
    """Bring all errors about, and look for every secret in every place."""
    with _world(dice) as world:
        outputs = world.outputs()
        say(f"{len(outputs)} places, {sum(map(len, outputs.values())):,} characters")
        faults = [
            f"the {name} stands in: {place}"
            for name, secret in world.canaries.items()
            for place, text in outputs.items()
            if found(secret, text)
        ]
        faults += [f"nothing was read from: {place}" for place, text in outputs.items() if not text]
        asked = " ".join(path for _, path, _ in (*world.desk.asked, *world.outlet.asked))
        faults += [
            f"the {name} was never used"
            for name in ("feed query", "receiver path", "receiver query")
            if not found(world.canaries[name], asked)
        ]
    return Outcome(tried=len(CANARIES) * len(outputs), faults=tuple(faults), facts={"places": len(outputs)})


def _echo(peer: Peer, asked: Asked) -> None:
    """Fail, and say back all that was said, as debugging pages do."""
    said = f"{asked.method} {asked.target} {asked.headers}".encode()
    answer(said, 500, {"x-echo": asked.target, "location": asked.target})(peer, asked)


def _moved(peer: Peer, asked: Asked) -> None:
    """Move for good to where the query stands in the path; there is nothing there."""
    if asked.target.startswith("/new/"):
        answer(b"", 404)(peer, asked)
    else:
        redirect(f"/new{asked.target.replace('?token=', '')}", 301)(peer, asked)


PROOF = Proof(
    name="secrets",
    law="twelve secrets go through every error and are found in no output",
    unit="searches",
    sample=len(CANARIES) * PLACES,
    usual=len(CANARIES) * PLACES,
    full=len(CANARIES) * PLACES,
    seconds=40,
    run=run,
)
