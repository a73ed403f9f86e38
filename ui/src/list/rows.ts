import { byAlphabet, lowered } from '../lib/alphabet';
import type { ChatRef, ChatSummary, Contact } from '../lib/contract';
import { isAddress } from '../lib/uri';

/** What the left-hand list shows, one above the other. */
export type Row =
  | { kind: 'group'; key: string; name: string; online: number; total: number; open: boolean }
  | { kind: 'heading'; key: string; name: string }
  | { kind: 'chat'; key: string; summary: ChatSummary }
  | { kind: 'contact'; key: string; contact: Contact }
  | { kind: 'add'; key: string; jid: string };

export type ContactRow = Row & { kind: 'contact' };

export const rowHeight = { group: 32, heading: 32, chat: 62, contact: 54, add: 54 } as const satisfies Record<Row['kind'], number>;

export function present(contact: Contact): boolean {
  return contact.presence.availability !== 'offline';
}

/** Those who are there first, then by name. Away and busy do not move anybody: a list that jumps is hard to click. */
export function byPresenceAndName(a: Contact, b: Contact): number {
  return Number(present(b)) - Number(present(a)) || byAlphabet(a.name, b.name) || byAddress(a, b);
}

/** Contacts and chats of the same name or time stand by their addresses, so that no two are alike. */
export function byAddress(a: ChatRef, b: ChatRef): number {
  return a.account - b.account || (a.jid < b.jid ? -1 : Number(a.jid > b.jid));
}

/** The newest first, as the resident has them: see `ChatSummary`. */
export function byNewest(a: ChatSummary, b: ChatSummary): number {
  return b.stands_at - a.stands_at || (b.last_message ?? 0) - (a.last_message ?? 0) || byAddress(a.chat, b.chat);
}

/** As {@link byPresenceAndName}, of rows. */
export function byContact(a: ContactRow, b: ContactRow): number {
  return byPresenceAndName(a.contact, b.contact);
}

/** By the alphabet; the group without a name last. */
export function byGroupName(a: string, b: string): number {
  return Number(a === '') - Number(b === '') || byAlphabet(a, b) || (a < b ? -1 : Number(a > b));
}

export function chatRow(summary: ChatSummary): Row & { kind: 'chat' } {
  return { kind: 'chat', key: `${summary.chat.account} ${summary.chat.jid}`, summary };
}

export function contactKey(contact: Contact): string {
  return `${contact.account} ${contact.jid}`;
}

/** The group that a row stands for, as `closed` names it. */
export function groupOf(row: Row & { kind: 'group' }): string {
  return row.key.slice('group '.length);
}

/** A contact among all, in no group. */
export function contactRow(contact: Contact): ContactRow {
  return { kind: 'contact', key: `contact ${contactKey(contact)}`, contact };
}

/**
 * Chats and contacts whose name or address holds the words; an address that is nobody’s yet can be added. `everybody`
 * stands in its order, so that a key costs no sorting.
 */
export function foundRows(
  words: string,
  chats: ChatSummary[],
  everybody: readonly ContactRow[],
  headings: { chats: string; contacts: string },
): Row[] {
  const wanted = words.trim().toLocaleLowerCase();
  const holds = (name: string, jid: string) => lowered(name).includes(wanted) || jid.includes(wanted);
  const foundChats = chats.filter(({ name, room, chat }) => holds(name, chat.jid) || lowered(room ?? '').includes(wanted));
  const foundContacts = everybody.filter(({ contact }) => holds(contact.name, contact.jid));
  const rows: Row[] = [];
  if (foundChats.length > 0) {
    rows.push({ kind: 'heading', key: 'heading chats', name: headings.chats });
    rows.push(...foundChats.map((summary): Row => ({ kind: 'chat', key: `chat ${summary.chat.account} ${summary.chat.jid}`, summary })));
  }
  if (foundContacts.length > 0) {
    rows.push({ kind: 'heading', key: 'heading contacts', name: headings.contacts });
    for (const row of foundContacts) rows.push(row);
  }
  if (isAddress(wanted) && !everybody.some(({ contact }) => contact.jid === wanted)) rows.push({ kind: 'add', key: 'add', jid: wanted });
  return rows;
}
