"""An independent XMPP client for Carillon's tests: slixmpp, told what to do by lines of JSON.

Each line on standard input is a command, {"id": 1, "do": "message", "to": …, "body": …}. Each line on standard
output is either the answer to one, {"reply": 1} or {"reply": 1, "error": "…"}, with the result's keys beside
it, or something that happened, {"event": "message", "from": …, "xml": …}. The end of standard input ends it.
"""

import asyncio
import json
import sys
from xml.etree import ElementTree

import slixmpp

import talk
import websocket

PLUGINS = ["xep_0030", "xep_0045", "xep_0085", "xep_0184", "xep_0191", "xep_0199", "xep_0203", "xep_0249", "xep_0280", "xep_0333"]


def say(**line):
    print(json.dumps(line), flush=True)


class Peer(slixmpp.ClientXMPP):
    """One account's session, which reports what it receives and does nothing of itself."""

    def __init__(self, jid, password, url, everything):
        # The servers are on loopback, without certificates.
        super().__init__(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_scram": True}})
        self.url = url
        self.enable_starttls = False
        self.enable_direct_tls = False
        self.enable_plaintext = True
        # A subscription is answered only when a test says so.
        self.roster.auto_authorize = None
        self.roster.auto_subscribe = False
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        if everything:
            talk.understand(self, say)
        self.plugin["xep_0184"].auto_ack = False
        self.add_event_handler("disconnected", lambda reason: say(event="disconnected", reason=str(reason)))
        self.add_filter("in", self.report)

    def report(self, stanza):
        if isinstance(stanza, slixmpp.Message):
            say(event="message", **{"from": str(stanza["from"])}, to=str(stanza["to"]), type=stanza["type"],
                id=stanza["id"], body=stanza["body"], xml=str(stanza))
        elif isinstance(stanza, slixmpp.Presence):
            say(event="presence", **{"from": str(stanza["from"])}, type=stanza.xml.get("type", "available"),
                show=stanza.xml.findtext("{jabber:client}show", ""), status=stanza["status"], xml=str(stanza))
        elif isinstance(stanza, slixmpp.Iq) and stanza["type"] in ("get", "set"):
            say(event="iq", **{"from": str(stanza["from"])}, type=stanza["type"], id=stanza["id"], xml=str(stanza))
        return stanza

    async def log_in(self):
        """Until the session is bound and its roster is here, or the server has refused."""
        outcome = asyncio.get_running_loop().create_future()

        def settle(error):
            if not outcome.done():
                outcome.set_result(error)

        self.add_event_handler("session_start", lambda _: settle(None))
        self.add_event_handler("failed_all_auth", lambda _: settle("authentication failed"))
        self.add_event_handler("connection_failed", lambda why: settle(f"connection failed: {why}"))
        scheme, _, address = self.url.partition("://")
        if scheme == "tcp":
            host, _, port = address.rpartition(":")
            self.connect(host, int(port))
        else:
            # As `connect` does, but for its socket.
            self.init_plugins()
            self._run_out_filters = asyncio.ensure_future(self.run_filters())
            self.event_when_connected = "connected"
            await websocket.connect(self, self.url)
        error = await outcome
        if error:
            raise RuntimeError(error)
        await self.get_roster()
        return {"jid": str(self.boundjid)}


class Commands(talk.Talk):
    """One method for each `do`."""

    def __init__(self):
        self.peer = None

    async def login(self, jid, password, url, everything=False):
        self.peer = Peer(jid, password, url, everything)
        return await self.peer.log_in()

    async def presence(self, show=None, status=None, to=None, type=None):
        self.peer.send_presence(pshow=show, pstatus=status, pto=to, ptype=type)

    async def message(self, to, body, type="chat", extra=None, message_id=None):
        stanza = self.peer.make_message(mto=to, mbody=body, mtype=type)
        stanza["id"] = message_id or self.peer.new_id()
        if extra:
            stanza.xml.append(ElementTree.fromstring(extra))
        stanza.send()
        return {"message_id": stanza["id"]}

    async def roster(self):
        # The server answers only what has changed; the rest slixmpp remembers.
        await self.peer.get_roster()
        return {"items": {jid: {"subscription": item["subscription"], "name": item["name"]}
                          for jid in self.peer.client_roster for item in [self.peer.client_roster[jid]]}}

    async def name(self, jid, name):
        await self.peer.update_roster(jid, name=name)

    async def join(self, room, nick):
        await self.peer.plugin["xep_0045"].join_muc_wait(slixmpp.JID(room), nick, maxstanzas=0, timeout=60)

    async def invite(self, room, to, reason=""):
        self.peer.plugin["xep_0045"].invite(room, to, reason)

    async def invite_directly(self, room, to, reason=""):
        self.peer.plugin["xep_0249"].send_invitation(slixmpp.JID(to), slixmpp.JID(room), reason=reason)

    async def raw(self, xml):
        self.peer.send_raw(xml)

    async def ping(self, to=None):
        await self.peer.plugin["xep_0199"].send_ping(to or self.peer.boundjid.domain, timeout=60)

    async def block(self, jid):
        await self.peer.plugin["xep_0191"].block(slixmpp.JID(jid))

    async def logout(self):
        await self.peer.disconnect()


async def obey(commands, line):
    command = json.loads(line)
    number, name = command.pop("id"), command.pop("do")
    try:
        result = await getattr(commands, name)(**command)
        say(reply=number, **(result or {}))
    except Exception as error:  # Whatever went wrong is the test's to judge.
        say(reply=number, error=f"{type(error).__name__}: {error}")


async def main():
    # A stanza of a megabyte is asked for in one line.
    lines = asyncio.StreamReader(limit=16 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    commands = Commands()
    while line := await lines.readline():
        await obey(commands, line)


asyncio.run(main())
