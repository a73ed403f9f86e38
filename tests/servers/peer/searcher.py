"""A service that finds rooms by words (XEP-0433): a part of a server that this program runs (XEP-0114), by slixmpp.

It knows a hundred and twenty rooms about tea, and gives them in parts, by marks of its own (XEP-0059). Other words show
what a service may do besides: "a" is too short for it, "hurry" comes too early, "mischief" gives what no honest service
gives, "circle" leads from each part to the same one again, "nonsense" gives no result at all, "secret" is refused. What it
is asked is a line of JSON on standard output each.
"""

import asyncio
import json
import sys
from xml.sax.saxutils import escape, quoteattr

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

SEARCH = "urn:xmpp:channel-search:0:search"
PARAMS = "urn:xmpp:channel-search:0:search-params"
ERROR = "urn:xmpp:channel-search:0:error"
ORDER = "{urn:xmpp:channel-search:0:order}"
RSM = "http://jabber.org/protocol/rsm"
FORMS = "jabber:x:data"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"

FORM = f"""<search xmlns='{SEARCH}'><x xmlns='{FORMS}' type='form'>
<field type='hidden' var='FORM_TYPE'><value>{PARAMS}</value></field>
<field type='text-single' var='q' label='Search for'/>
<field type='boolean' var='all' label='Return all entries'/>
<field type='boolean' var='sinname' label='Search in name'><value>true</value></field>
<field type='boolean' var='sindescription' label='Search in description'><value>true</value></field>
<field type='boolean' var='sinaddr' label='Search in address'><value>true</value></field>
<field type='text-single' var='min_users' label='Minimum number of users'><value>1</value></field>
<field type='list-single' var='key' label='Sort results by'><value>{ORDER}address</value>
<option label='Address'><value>{ORDER}address</value></option>
<option label='Number of online users'><value>{ORDER}nusers</value></option></field>
</x></search>"""


def say(**line):
    print(json.dumps(line), flush=True)


def item(address, name="", description="", nusers=None, more=""):
    people = "" if nusers is None else f"<nusers>{nusers}</nusers>"
    return (f"<item address={quoteattr(address)}><name>{escape(name)}</name>"
            f"<description>{escape(description)}</description>{people}{more}</item>")


class Searcher(slixmpp.ComponentXMPP):
    def __init__(self, address, secret, port, rooms):
        super().__init__(address, secret, "127.0.0.1", port)
        # The server is on loopback, without a certificate.
        self.enable_direct_tls = False
        self.rooms = rooms
        self.hurried = set()
        self.register_plugin("xep_0030")
        self.register_handler(Callback("search", MatchXPath(f"{{jabber:component:accept}}iq/{{{SEARCH}}}search"),
                                       self.search))
        self.add_event_handler("session_start", self.begin)

    async def begin(self, _):
        self.plugin["xep_0030"].add_identity("directory", "channel", name="Rooms by words")
        self.plugin["xep_0030"].add_feature(SEARCH)
        say(ready=str(self.boundjid))

    def answer(self, iq, payload, kind="result"):
        self.send_raw(f"<iq type='{kind}' id={quoteattr(iq['id'])} from='{self.boundjid}' "
                      f"to={quoteattr(str(iq['from']))}>{payload}</iq>")

    def refuse(self, iq, kind, condition, text, more=""):
        self.answer(iq, f"<error type='{kind}'><{condition} xmlns='{STANZAS}'/>"
                        f"<text xmlns='{STANZAS}' xml:lang='en'>{escape(text)}</text>{more}</error>", "error")

    def search(self, iq):
        asked = iq.xml.find(f"{{{SEARCH}}}search")
        form = asked.find(f"{{{FORMS}}}x")
        part = {child.tag.rpartition("}")[2]: child.text for child in asked.iterfind(f"{{{RSM}}}set/*")}
        fields = None
        if form is not None:
            fields = {field.get("var"): [value.text for value in field.iterfind(f"{{{FORMS}}}value")]
                      for field in form.iterfind(f"{{{FORMS}}}field")}
        say(**{"from": str(iq["from"]), "form": fields, "set": part})
        if iq["type"] != "get":
            self.refuse(iq, "modify", "bad-request", "Searches are asked for.")
        elif fields is None:
            self.answer(iq, FORM)
        else:
            words = (fields.get("q") or [""])[0].lower()
            getattr(self, f"find_{words}", self.find_nothing)(iq, part)

    def found(self, iq, items, last="", index=None, count=None):
        place = "" if index is None else f" index='{index}'"
        total = "" if count is None else f"<count>{count}</count>"
        end = f"<set xmlns='{RSM}'><first{place}>x</first><last>{last}</last>{total}</set>" if last else ""
        self.answer(iq, f"<result xmlns='{SEARCH}'>{''.join(items)}{end}</result>")

    def find_nothing(self, iq, part):
        self.found(iq, [])

    def find_tea(self, iq, part):
        after = part.get("after", "leaf 0")
        begin, most = int(after.removeprefix("leaf ")), min(int(part["max"]), 50)
        rooms = [item(f"tea{n}@{self.rooms}", f"Tea number {n}", "Leaves & water", 1000 - n,
                      "<language>en</language><is-open/><service-type>xep-0045</service-type>")
                 for n in range(120)]
        # The first is a room that is there.
        rooms[0] = item(f"tea@{self.rooms}", "Tea at the hatter's", "Scones at five", 2000, "<is-open/>")
        end = min(begin + most, len(rooms))
        self.found(iq, rooms[begin:end], f"leaf {end}", begin, len(rooms))

    def find_a(self, iq, part):
        self.refuse(iq, "modify", "bad-request", "At least three letters, please.",
                    f"<invalid-search-terms xmlns='{ERROR}'/>")

    def find_hurry(self, iq, part):
        """Once for each who asks."""
        if iq["from"] in self.hurried:
            return self.found(iq, [item(f"patience@{self.rooms}", "Patience")])
        self.hurried.add(iq["from"])
        self.refuse(iq, "wait", "resource-constraint", "One after the other.",
                    f"<rate-limit xmlns='{ERROR}' retry-after='3'/>")

    def find_secret(self, iq, part):
        self.refuse(iq, "auth", "forbidden", "Not for you.")

    def find_nonsense(self, iq, part):
        self.answer(iq, "<result xmlns='urn:example:other'><item address='no@room.example'/></result>")

    def find_circle(self, iq, part):
        self.found(iq, [item(f"merry-go-round{n}@{self.rooms}", f"Round {n}") for n in range(3)], "again")

    def find_mischief(self, iq, part):
        script = "<img src=x onerror='window.caught=1'><script>window.caught=1</script>"
        rooms = self.rooms
        items = [
            item(f"markup@{rooms}", script, f"<b>{script}</b>"),
            item(f"turned@{rooms}", "room \u202emoor\u202c", "line\none\ttwo"),
            item(f"long@{rooms}", "x" * 3000, "y" * 9000, 10 ** 30),
            item(f"many@{rooms}", "Many", "", -5, "<language>" + "z" * 500 + "</language>"),
            item(f"mix@{rooms}", "Of another kind", more="<service-type>xep-0369</service-type>"),
            item("rooms.example", "No room at all"),
            item(f"tea@{rooms}/hatter", "Somebody"),
            item("@@", "Nobody"),
            item("", "Nowhere"),
            item(f"markup@{rooms}", "Twice"),
            "<item/>",
            "<item xmlns='urn:example:other' address='other@room.example'/>",
        ]
        items += [item(f"flood{n}@{rooms}", f"Flood {n}") for n in range(400)]
        self.found(iq, items, "further")


async def main():
    address, secret, port, rooms = sys.argv[1:]
    searcher = Searcher(address, secret, int(port), rooms)
    await searcher.connect()
    await searcher.disconnected


asyncio.run(main())
