"""Serves feeds on loopback to whoever is measured, and says how much of the time it took itself.

Runs alone: `python bench/feeds.py [ENTRIES]`. It prints its port. `/phase/NAME` says how it answers
from then on (`first`, `unchanged`, `some`, `again`), `/spent` gives the processor time that it has used, in
seconds, and how many feeds were asked for.
Every other feed is RSS, the others Atom; each has an ETag, a Last-Modified, and so many entries, else 35,
which are some 72 KB.
"""

import asyncio
import sys
import time
from html import escape

ENTRIES = int(sys.argv[1]) if sys.argv[1:] else 35
SOME = 20  # every twentieth feed has a new entry in the phase `some`
_WORDS = (
    '<p>Der Konzern hat am <a href="https://news.example/x?a=1">Mittwoch</a> in Köln mitgeteilt, dass die '
    "<b>Pläne</b> für den Hafen weiter bestehen.</p>"
)
_TEXT = escape(_WORDS * 11)
_RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<channel><title>Feed @</title><link>https://news.example/@</link><description>x</description>"
    "<language>de</language>"
    "<lastBuildDate>Wed, 17 Dec 2025 20:4{1}:00 +0100</lastBuildDate>{0}</channel></rss>"
)
_ITEM = (
    "<item><title>Meldung {0} von @: der „Hafen“ &amp; mehr</title><link>https://news.example/@/{0}</link>"
    '<guid isPermaLink="false">@-{0}</guid><pubDate>Wed, 17 Dec 2025 20:41:00 +0100</pubDate>'
    "<dc:creator>Anna Muster</dc:creator><category>Wirtschaft</category><description>{1}</description></item>"
)
_ATOM = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Feed @</title>'
    '<id>urn:feed:@</id><link href="https://news.example/@"/><updated>2025-12-17T20:4{1}:00Z</updated>{0}</feed>'
)
_ENTRY = (
    '<entry><title>Meldung {0} von @: der „Hafen“</title><link href="https://news.example/@/{0}"/>'
    "<id>urn:entry:@:{0}</id><updated>2025-12-17T20:41:00Z</updated><author><name>Anna Muster</name></author>"
    '<content type="html">{1}</content></entry>'
)


def template(number: int, entries: int) -> bytes:
    """Return the document of a feed with `@` for its own number; the newest entry stands first."""
    whole, each = (_RSS, _ITEM) if number % 2 else (_ATOM, _ENTRY)
    inside = "".join(each.format(entry, _TEXT) for entry in range(entries, entries - ENTRIES, -1))
    return whole.format(inside, entries - ENTRIES).encode()


TEMPLATES = {(odd, more): template(odd, ENTRIES + more) for odd in (0, 1) for more in (0, 1)}


class Feeds:
    """What is answered now."""

    def __init__(self) -> None:
        self.phase = "first"
        self.asked = 0

    def answer(self, path: str, known: str) -> bytes:
        """Return an answer to a request, whose ETag is `known`."""
        if path.startswith("/phase/"):
            self.phase = path.removeprefix("/phase/")
            return _answered(200, b"ok")
        if path == "/spent":
            return _answered(200, f"{time.process_time()} {self.asked}".encode())
        if not path.startswith("/feed/"):
            return _answered(404, b"")
        self.asked += 1
        number = int(path.removeprefix("/feed/"))
        more = int(self.phase in ("some", "again") and number % SOME == 0)
        # As behind a balancer whose servers each make their own: else some peers would not look at the body.
        again = int(self.phase == "again")
        etag, changed = f'"{number}-{more}-{again}"', f"Wed, 17 Dec 2025 19:41:0{again} GMT"
        if known == etag and not again:
            return _answered(304, b"", etag, changed)
        body = TEMPLATES[number % 2, more].replace(b"@", str(number).encode())
        return _answered(200, body, etag, changed)


def _answered(status: int, body: bytes, etag: str = "", changed: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/xml; charset=utf-8"]
    if etag:
        lines += [f"ETag: {etag}", f"Last-Modified: {changed}"]
    if status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


async def serve(feeds: Feeds) -> None:
    """Answer until the process is ended."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode("latin-1").split("\r\n")
                given = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
                writer.write(feeds.answer(first.split(" ")[1], given.get("if-none-match", "")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(serve(Feeds()))
    except KeyboardInterrupt:
        sys.exit(0)
