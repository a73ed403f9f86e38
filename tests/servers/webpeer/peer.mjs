// An independent XMPP client over WebSocket for Carillon's tests: @xmpp/client, told what to do by the same lines of
// JSON as slixmpp in ../peer/peer.py. The only argument is the folder with its modules.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const load = (path) => import(pathToFileURL(`${modules}/${path}`).href);
const { WebSocket } = await load("ws/wrapper.mjs");
const { client, xml } = await load("@xmpp/client/index.js");
const { default: parse } = await load("ltx/src/parse.js");
// Older releases of Node.js have none of their own.
globalThis.WebSocket ??= WebSocket;

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let peer;
let number = 0;

function report(stanza) {
  const { from = "", to = "", id = "" } = stanza.attrs;
  const text = (name) => stanza.getChildText(name) ?? "";
  if (stanza.is("message")) {
    const type = stanza.attrs.type ?? "normal";
    say({ event: "message", from, to, id, type, body: text("body"), xml: stanza.toString() });
  } else if (stanza.is("presence")) {
    const type = stanza.attrs.type ?? "available";
    say({ event: "presence", from, type, show: text("show"), status: text("status"), xml: stanza.toString() });
  }
}

const commands = {
  async login({ jid, password, url }) {
    const [bare, resource] = jid.split("/");
    const [username, domain] = bare.split("@");
    // Of itself it gives a server two seconds to open a stream; a machine may be busy with much else.
    peer = client({ service: url, domain, resource, username, password, timeout: 60_000 });
    peer.reconnect.stop();
    peer.on("error", (error) => say({ event: "error", xml: String(error) }));
    peer.on("stanza", report);
    const bound = await peer.start();
    await peer.iqCaller.get(xml("query", "jabber:iq:roster"));
    return { jid: bound.toString() };
  },
  async presence({ show, status, to, type }) {
    const child = (name, text) => (text ? xml(name, {}, text) : undefined);
    await peer.send(xml("presence", { to, type }, child("show", show), child("status", status)));
  },
  async message({ to, body, type = "chat", extra }) {
    const id = `web${++number}`;
    await peer.send(xml("message", { to, type, id }, xml("body", {}, body), extra && parse(extra)));
    return { message_id: id };
  },
  async roster() {
    const query = await peer.iqCaller.get(xml("query", "jabber:iq:roster"));
    const items = query.getChildren("item").map(({ attrs }) => [
      attrs.jid,
      { subscription: attrs.subscription, name: attrs.name ?? "" },
    ]);
    return { items: Object.fromEntries(items) };
  },
  async ping() {
    await peer.iqCaller.get(xml("ping", "urn:xmpp:ping"), peer.options.domain);
  },
  async raw({ xml: text }) {
    await peer.send(parse(text));
  },
  async logout() {
    await peer.stop();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: name, ...rest } = JSON.parse(line);
  try {
    say({ reply: id, ...(await commands[name](rest)) });
  } catch (error) {
    say({ reply: id, error: String(error) });
  }
}
process.exit(0);
