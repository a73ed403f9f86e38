import type { ChatSummary, Contact } from '../lib/contract';
import { isAddress } from '../lib/uri';

/** What the left-hand list shows, one above the other. */
export type Row =
  | { kind: 'group'; key: string; name: string; online: number; total: number; open: boolean }
  | { kind: 'heading'; key: string; name: string }
  | { kind: 'chat'; key: string; summary: ChatSummary }
  | { kind: 'contact'; key: string; contact: Contact }
  | { kind: 'add'; key: string; jid: string };

export const rowHeight = { group: 32, heading: 32, chat: 62, contact: 54, add: 54 } as const satisfies Record<Row['kind'], number>;

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

function present(contact: Contact): boolean {
  return contact.presence.availability !== 'offline';
}

/** Those who are there first, then by name. Away and busy do not move anybody: a list that jumps is hard to click. */
export function byPresenceAndName(a: Contact, b: Contact): number {
  return Number(present(b)) - Number(present(a)) || collator.compare(a.name, b.name);
}

export function contactKey(contact: Contact): string {
  return `${contact.account} ${contact.jid}`;
}

/** Contacts under their groups; who is in none stands under `others`. A contact in two groups stands in both. */
export function groupRows(contacts: Contact[], others: string, closed: ReadonlySet<string>): Row[] {
  const sorted = [...contacts].sort(byPresenceAndName);
  const groups = new Map<string, Contact[]>();
  for (const contact of sorted) {
    for (const name of contact.groups.length > 0 ? contact.groups : ['']) {
      const members = groups.get(name);
      if (members) members.push(contact);
      else groups.set(name, [contact]);
    }
  }
  const names = [...groups.keys()].sort((a, b) => Number(a === '') - Number(b === '') || collator.compare(a, b));
  return names.flatMap((name): Row[] => {
    const members = groups.get(name)!;
    const open = !closed.has(name);
    const group: Row = {
      kind: 'group',
      key: `group ${name}`,
      name: name || others,
      online: members.filter(present).length,
      total: members.length,
      open,
    };
    if (!open) return [group];
    return [group, ...members.map((contact): Row => ({ kind: 'contact', key: `${name}/${contactKey(contact)}`, contact }))];
  });
}

/** The group that a row stands for, as {@link groupRows} takes it in `closed`. */
export function groupOf(row: Row & { kind: 'group' }): string {
  return row.key.slice('group '.length);
}

/** Chats and contacts whose name or address holds the words; an address that is nobody’s yet can be added. */
export function foundRows(
  words: string,
  chats: ChatSummary[],
  contacts: Contact[],
  headings: { chats: string; contacts: string },
): Row[] {
  const wanted = words.trim().toLocaleLowerCase();
  const holds = (name: string, jid: string) => name.toLocaleLowerCase().includes(wanted) || jid.includes(wanted);
  const foundChats = chats.filter(({ name, chat }) => holds(name, chat.jid));
  const foundContacts = contacts.filter(({ name, jid }) => holds(name, jid)).sort(byPresenceAndName);
  const rows: Row[] = [];
  if (foundChats.length > 0) {
    rows.push({ kind: 'heading', key: 'heading chats', name: headings.chats });
    rows.push(...foundChats.map((summary): Row => ({ kind: 'chat', key: `chat ${summary.chat.account} ${summary.chat.jid}`, summary })));
  }
  if (foundContacts.length > 0) {
    rows.push({ kind: 'heading', key: 'heading contacts', name: headings.contacts });
    rows.push(...foundContacts.map((contact): Row => ({ kind: 'contact', key: `contact ${contactKey(contact)}`, contact })));
  }
  if (isAddress(wanted) && !contacts.some(({ jid }) => jid === wanted)) rows.push({ kind: 'add', key: 'add', jid: wanted });
  return rows;
}
