/** What an `xmpp:` address can ask for here (XEP-0147). */
export type UriAction = 'message' | 'subscribe' | 'join' | 'remove' | 'register' | 'unknown';

/** An `xmpp:` address (RFC 5122, XEP-0147), as far as it can be confirmed here. */
export interface XmppUri {
  /** A person or a room; to register, a server too. */
  jid: string;
  action: UriAction;
  name: string;
  body: string;
  /** The group that a contact is to be in. */
  group: string;
  password: string;
  /** What an invitation gives (XEP-0379, XEP-0445), empty for nothing. */
  token: string;
  /** The invitation is also good for an account on their server (XEP-0401). */
  registers: boolean;
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
  ['register', 'register'],
]);

/** Longer ones nobody makes. */
const longest = 8_192;
/** The resident takes no longer ones. */
const longestToken = 256;

/** Reads an address; `null` if it is none. What is asked for and not known here is `unknown`, and nothing comes of it. */
export function readUri(uri: string): XmppUri | null {
  const match = uri.length <= longest && /^xmpp:(?:\/\/[^/]*\/)?([^?#]+)(?:\?([^#]*))?/i.exec(uri.trim());
  const jid = match && decoded(match[1]!).split('/')[0]!.toLowerCase();
  if (!match || !jid) return null;
  const [query = '', ...pairs] = (match[2] ?? '').split(';');
  const action = actions.get(query.toLowerCase()) ?? 'unknown';
  if (!isAddress(jid) && !(action === 'register' && isServer(jid))) return null;
  // The first of each counts: what was looked at is what is done.
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split(/=(.*)/s).map(decoded);
    if (!values.has(key)) values.set(key, value);
  }
  const said = (key: string) => values.get(key) ?? '';
  const token = said('preauth').slice(0, longestToken);
  return { jid, action, name: said('name'), body: said('body'), group: said('group'), password: said('password'), token, registers: token !== '' && said('ibr') === 'y', query };
}

/** The server of an address. */
export function serverOf(jid: string): string {
  return jid.slice(jid.indexOf('@') + 1);
}

/** Whether a text has the form of a server’s address. */
export function isServer(text: string): boolean {
  return !text.includes('@') && isAddress(`x@${text}`);
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
