/** What an `xmpp:` address can ask for here (XEP-0147). */
export type UriAction = 'message' | 'subscribe' | 'join' | 'remove' | 'unknown';

/** An `xmpp:` address (RFC 5122, XEP-0147), as far as it can be confirmed here. */
export interface XmppUri {
  jid: string;
  action: UriAction;
  name: string;
  body: string;
  /** The group that a contact is to be in. */
  group: string;
  password: string;
  /** What it asks for in its own word. */
  query: string;
}

const actions = new Map<string, UriAction>([
  ['', 'message'],
  ['message', 'message'],
  ['join', 'join'],
  ['invite', 'join'],
  ['subscribe', 'subscribe'],
  ['roster', 'subscribe'],
  ['remove', 'remove'],
  ['unsubscribe', 'remove'],
]);

/** Longer ones nobody makes. */
const longest = 8_192;

/** Reads an address; `null` if it is none. What is asked for and not known here is `unknown`, and nothing comes of it. */
export function readUri(uri: string): XmppUri | null {
  const match = uri.length <= longest && /^xmpp:(?:\/\/[^/]*\/)?([^?#]+)(?:\?([^#]*))?/i.exec(uri.trim());
  const jid = match && decoded(match[1]!).split('/')[0]!.toLowerCase();
  if (!match || !jid || !isAddress(jid)) return null;
  const [query = '', ...pairs] = (match[2] ?? '').split(';');
  const action = actions.get(query.toLowerCase()) ?? 'unknown';
  // The first of each counts: what was looked at is what is done.
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split(/=(.*)/s).map(decoded);
    if (!values.has(key)) values.set(key, value);
  }
  const said = (key: string) => values.get(key) ?? '';
  return { jid, action, name: said('name'), body: said('body'), group: said('group'), password: said('password'), query };
}

/** What others open or scan to have me as a contact (XEP-0147 §2.8). */
export function invitationTo(jid: string): string {
  const escaped = jid.split('@').map(encodeURIComponent).join('@');
  return `xmpp:${escaped}?roster`;
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
