"""RFC 7395 framing for slixmpp, which itself speaks only TCP.

slixmpp writes an RFC 6120 stream to its transport and parses one. This transport turns its stream header and
footer into `<open/>` and `<close/>`, and the server's back into a header and a footer.
"""

import asyncio
import re

import websockets

FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
FIRST_TAG = re.compile(r"<([^\s/>]+)([^>]*)>")


class WebSocketTransport:
    """What slixmpp asks of an asyncio transport, over one WebSocket."""

    def __init__(self, stream, socket):
        self.stream = stream
        self.socket = socket
        self.outgoing = asyncio.Queue()
        self.tasks = [asyncio.ensure_future(self._write()), asyncio.ensure_future(self._read())]

    def get_extra_info(self, name, default=None):
        return default

    def is_closing(self):
        return False

    def write(self, data):
        text = data.decode("utf-8")
        if not text.strip():
            return
        if text.startswith("<stream:stream"):
            domain = self.stream.boundjid.host
            text = f"<open xmlns='{FRAMING}' to='{domain}' version='1.0'/>"
        elif text.startswith("</stream:stream"):
            text = f"<close xmlns='{FRAMING}'/>"
        else:
            text = with_namespace(text)
        self.outgoing.put_nowait(text)

    def close(self):
        asyncio.ensure_future(self.socket.close())

    def abort(self):
        self.close()

    async def _write(self):
        while True:
            await self.socket.send(await self.outgoing.get())

    async def _read(self):
        error = None
        try:
            async for frame in self.socket:
                self.stream.data_received(as_stream(frame))
        except websockets.ConnectionClosed as closed:
            error = closed
        self.stream.connection_lost(error)


def with_namespace(text):
    """A stanza with the namespace that the stream header, absent here, would have declared."""
    name, attributes = FIRST_TAG.match(text).groups()
    if "xmlns=" in attributes:
        return text
    return text.replace(f"<{name}", f"<{name} xmlns='jabber:client'", 1)


def as_stream(frame):
    """A frame as the piece of an RFC 6120 stream that says the same."""
    if frame.startswith("<open"):
        identity = re.search(r"\bid=(['\"])(.*?)\1", frame)
        return (
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
            f"id='{identity.group(2) if identity else ''}' version='1.0'>"
        )
    if frame.startswith("<close"):
        return "</stream:stream>"
    return frame


async def connect(stream, url):
    """Opens the WebSocket and hands it to `stream` as its transport."""
    socket = await websockets.connect(url, subprotocols=["xmpp"], compression=None)
    stream.connection_made(WebSocketTransport(stream, socket))
