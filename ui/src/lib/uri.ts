/** An `xmpp:` address (RFC 5122, XEP-0147), as far as it can be confirmed here. */
export interface XmppUri {
  jid: string;
  action: 'message' | 'subscribe' | 'join';
  name: string;
  body: string;
}

const joins = new Set(['join', 'invite']);
const subscribes = new Set(['subscribe', 'roster']);

/** Reads an address; `null` if it is none. What is asked for and not known here becomes a message. */
export function readUri(uri: string): XmppUri | null {
  const match = /^xmpp:(?:\/\/[^/]*\/)?([^?#]+)(?:\?([^#]*))?/i.exec(uri.trim());
  const jid = match && decoded(match[1]!).split('/')[0]!.toLowerCase();
  if (!jid || !isAddress(jid)) return null;
  const [query = '', ...pairs] = (match[2] ?? '').split(';');
  const values = new Map(pairs.map((pair) => pair.split('=', 2).map(decoded) as [string, string]));
  const action = joins.has(query) ? 'join' : subscribes.has(query) ? 'subscribe' : 'message';
  return { jid, action, name: values.get('name') ?? '', body: values.get('body') ?? '' };
}

/** Whether a text has the form of a bare address with a node: what can be a contact. The resident checks it again. */
export function isAddress(text: string): boolean {
  return text.length <= 2_047 && /^[^\s@/"&'<>:]+@[^\s@/"&'<>]+$/.test(text) && !/\.\.|@\.|\.$/.test(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
