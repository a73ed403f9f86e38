"""What people say to each other beyond words, sent and understood by slixmpp's own plug-ins alone: what one of them
makes of a stanza is what another program than Carillon makes of it.
"""

import asyncio
import base64
import hashlib
import io
import urllib.request
from xml.etree import ElementTree

from slixmpp import JID
from slixmpp.plugins import xep_0082
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

PLUGINS = ["xep_0054", "xep_0066", "xep_0084", "xep_0092", "xep_0107", "xep_0172", "xep_0308", "xep_0359",
           "xep_0363", "xep_0424", "xep_0425", "xep_0428", "xep_0444", "xep_0461"]


def understand(peer, say):
    """Reports what the plug-ins understand: {"event": "understood", "what": their event's name, …}."""
    for plugin in PLUGINS:
        peer.register_plugin(plugin)
    for event, read in READERS.items():
        peer.add_event_handler(event, reader(event, read, say))


def reader(event, read, say):
    return lambda stanza: say(event="understood", what=event, **{"from": str(stanza["from"])}, type=stanza["type"],
                              **read(stanza))


def reply(message):
    answer = message["reply"]
    return {"about": answer["id"], "author": str(answer["to"]), "body": answer.strip_fallback_content(),
            "quote": answer.get_fallback_body()}


def words(message):
    """A message's own id, and that of the room or archive."""
    return {"body": message["body"], "id": message["id"], "stanza_id": message["stanza_id"]["id"],
            "url": message["oob"]["url"]}


def published(of):
    """What an event of a person's account holds, read by the plug-in of that name."""
    return lambda message: {key: str(message["pubsub_event"]["items"]["item"][of][key]) for key in PUBLISHED[of]}


PUBLISHED = {"mood": ["value", "text"], "nick": ["nick"]}


def picture(message):
    infos = message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]
    return {"hashes": " ".join(info["id"] for info in infos), "kinds": " ".join(info["type"] for info in infos)}


READERS = {
    "message": words,
    "groupchat_message": lambda message: {"nick": message["mucnick"], **words(message)},
    "groupchat_subject": lambda message: {"nick": message["mucnick"], "subject": message["subject"]},
    "groupchat_invite": lambda message: {"room": str(message["from"]), "by": str(message["muc"]["invite"]["from"]),
                                         "reason": message["muc"]["invite"]["reason"]},
    "groupchat_direct_invite": lambda message: {"room": str(message["groupchat_invite"]["jid"]),
                                                "reason": message["groupchat_invite"]["reason"]},
    "reactions": lambda message: {"about": message["reactions"]["id"],
                                  "signs": " ".join(sorted(message["reactions"]["values"]))},
    "message_correction": lambda message: {"about": message["replace"]["id"], "body": message["body"]},
    "message_reply": reply,
    "message_retract": lambda message: {"about": message["retract"]["id"]},
    "moderated_message": lambda message: {"about": message["retract"]["id"], "by": message["retract"]["moderated"]["by"],
                                          "reason": message["retract"]["reason"]},
    "marker_displayed": lambda message: {"about": message["displayed"]["id"]},
    "receipt_received": lambda message: {"about": message["receipt"]},
    "chatstate_composing": lambda message: {},
    "chatstate_paused": lambda message: {},
    "user_mood_publish": published("mood"),
    "user_nick_publish": published("nick"),
    "avatar_metadata_publish": picture,
}


class Talk:
    """Commands that say what `understand` understands. `about` is the id by which the other message is named."""

    async def features_of(self, jid):
        """What a program says that it can, once that was found to be what its presence stands for (XEP-0115)."""
        plugin = self.peer.plugin["xep_0115"]
        [resource] = self.peer.client_roster.presence(jid)
        jid = f"{jid}/{resource}"
        async with asyncio.timeout(60):
            while not await plugin.get_verstring(jid):
                await asyncio.sleep(0.02)
        return {"features": sorted((await plugin.get_caps(jid)).get_features())}

    async def ask(self, to, body):
        """Says something, and wishes to hear that it came and was seen."""
        stanza = self.peer.make_message(mto=to, mbody=body, mtype="chat")
        stanza["request_receipt"] = True
        stanza.enable("markable")
        stanza.send()
        return {"message_id": stanza["id"]}

    async def reply(self, to, body, about, author, quote, type="chat"):
        stanza = self.peer.plugin["xep_0461"].make_reply(author, about, quote, mto=to, mbody=body, mtype=type)
        stanza.send()
        return {"message_id": stanza["id"]}

    async def react(self, to, about, signs, type="chat"):
        plugin = self.peer.plugin["xep_0444"]
        if type == "chat":
            # Of no type at all.
            plugin.send_reactions(to, about, signs)
        else:
            stanza = self.peer.make_message(mto=to, mtype=type)
            plugin.set_reactions(stanza, about, signs)
            stanza.send()

    async def correct(self, to, about, body, type="chat"):
        stanza = self.peer.plugin["xep_0308"].build_correction(about, to, mtype=type, mbody=body)
        stanza.send()
        return {"message_id": stanza["id"]}

    async def retract(self, to, about, type="chat"):
        self.peer.plugin["xep_0424"].send_retraction(to, about, mtype=type)

    async def moderate(self, room, about, reason):
        await self.peer.plugin["xep_0425"].moderate(JID(room), about, reason, timeout=60)

    async def mark(self, to, about):
        self.peer.plugin["xep_0333"].send_marker(to, about, "displayed")

    async def chat_state(self, to, state):
        stanza = self.peer.make_message(mto=to, mtype="chat")
        stanza["chat_state"] = state
        stanza.send()

    async def topic(self, room, subject):
        self.peer.plugin["xep_0045"].set_subject(room, subject)

    async def upload(self, name, content):
        """Uploads these bytes, in base64."""
        content = base64.b64decode(content)
        url = await self.peer.plugin["xep_0363"].upload_file(name, len(content), input_file=io.BytesIO(content),
                                                             domain=self.peer.boundjid.domain, timeout=60)
        return {"url": url}

    async def hand_over(self, to, url):
        stanza = self.peer.make_message(mto=to, mbody=url, mtype="chat")
        stanza["oob"]["url"] = url
        stanza.send()
        return {"message_id": stanza["id"]}

    async def download(self, url):
        def get():
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()

        return {"sha256": hashlib.sha256(await asyncio.to_thread(get)).hexdigest()}

    async def clock(self, tzo):
        """From now on answers what its clock shows, in this zone (XEP-0202). The plug-in itself cannot write a zone."""
        self.peer.register_plugin("xep_0202")

        def tell(iq):
            answer = iq.reply()
            answer["entity_time"]["utc"] = xep_0082.datetime()
            ElementTree.SubElement(answer.xml[0], "{urn:xmpp:time}tzo").text = tzo
            answer.send()

        self.peer.remove_handler("Entity Time")
        self.peer.register_handler(Callback("Entity Time", StanzaPath("iq@type=get/entity_time"), tell))

    async def mood(self, value, text=None):
        await self.peer.plugin["xep_0107"].publish_mood(value, text, timeout=60)

    async def no_mood(self):
        await self.peer.plugin["xep_0107"].stop(timeout=60)

    async def nick(self, nick):
        await self.peer.plugin["xep_0172"].publish_nick(nick, timeout=60)

    async def picture(self, png):
        """Shows this picture, in base64."""
        png = base64.b64decode(png)
        plugin = self.peer.plugin["xep_0084"]
        await plugin.publish_avatar(png, timeout=60)
        name = plugin.generate_id(png)
        await plugin.publish_avatar_metadata({"id": name, "type": "image/png", "bytes": len(png)}, timeout=60)
        return {"hash": name}

    async def card(self, name, email):
        """Tells everybody these (XEP-0054). What else the card says stays: one without a picture takes the picture off
        wherever it is shown, also where PEP had it (XEP-0398)."""
        plugin = self.peer.plugin["xep_0054"]
        known = await plugin.get_vcard(self.peer.boundjid.bare, timeout=60)
        card = known["vcard_temp"]
        card["FN"] = name
        card["EMAIL"]["USERID"] = email
        await plugin.publish_vcard(card, timeout=60)

    async def card_of(self, jid):
        answer = await self.peer.plugin["xep_0054"].get_vcard(jid, timeout=60)
        return {"name": answer["vcard_temp"]["FN"]}

    async def picture_of(self, jid, hash):
        answer = await self.peer.plugin["xep_0084"].retrieve_avatar(jid, hash, timeout=60)
        found = answer["pubsub"]["items"]["item"]["avatar_data"]["value"]
        return {"hash": hashlib.sha1(found).hexdigest()}
