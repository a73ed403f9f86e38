/**
 * What is read again. One reading follows the other, and an answer is taken over before the next question is asked, so
 * that no answer comes after a newer one. What changes meanwhile is read in the next turn.
 */
import { wordsOf } from '../i18n/words';
import { languageOf } from '../lib/beginning';
import { keyOf } from '../lib/chatref';
import { Coalesced } from '../lib/coalesced';
import type { ChatRef, ChatSummary, Contact, Overview, Standing } from '../lib/contract';
import { ask } from '../lib/link';
import { written } from '../lib/written';
import { accounts } from './accounts.svelte';
import { chats } from './chats.svelte';
import { chatOf, contacts } from './contacts.svelte';
import { conversations } from './conversation.svelte';
import { own } from './own.svelte';
import { where } from './place.svelte';
import { requests } from './requests.svelte';
import { settings } from './settings.svelte';
import { surroundings } from './surroundings.svelte';

/** The resident answers at most so many by name. */
const byName = 200;
/** When more have changed, all are quicker read in pages. */
const mostByName = 1_000;

interface Wanted {
  overview: boolean;
  lists: boolean;
  standing: boolean;
  contacts: Map<string, ChatRef>;
  chats: Map<string, ChatRef>;
}

function nothing(): Wanted {
  return { overview: false, lists: false, standing: false, contacts: new Map(), chats: new Map() };
}

class Readings {
  #wanted = nothing();
  #turns: Promise<unknown> = Promise.resolve();
  #soon = new Coalesced(() => this.#inTurn(() => this.#read()).catch(() => undefined));

  /** Something may have been missed: everything. */
  wantAll(): void {
    this.#wanted.overview = true;
    this.#soon.want();
  }

  /** All contacts and chats. */
  wantLists(): void {
    this.#wanted.lists = true;
    this.#soon.want();
  }

  /** Everything but contacts and chats. */
  wantStanding(): void {
    this.#wanted.standing = true;
    this.#soon.want();
  }

  wantContacts(names: ChatRef[]): void {
    for (const name of names) this.#wanted.contacts.set(keyOf(name), name);
    this.#soon.want();
  }

  wantChats(names: ChatRef[]): void {
    for (const name of names) this.#wanted.chats.set(keyOf(name), name);
    this.#soon.want();
  }

  /** Reads everything as soon as it is its turn. */
  everything(): Promise<void> {
    this.#wanted.overview = true;
    return this.#inTurn(() => this.#read());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turns.then(work);
    this.#turns = done.catch(() => undefined);
    return done;
  }

  async #read(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = nothing();
    if (Math.max(wanted.contacts.size, wanted.chats.size) > mostByName) wanted.lists = true;
    try {
      if (wanted.overview) {
        await readOverview();
        return;
      }
      if (wanted.lists) await readLists();
      else await Promise.all([readContacts(wanted.contacts), readChats(wanted.chats)]);
      if (wanted.standing) await this.#readStanding();
    } catch (error) {
      this.#putBack(wanted);
      throw error;
    }
  }

  async #readStanding(): Promise<void> {
    const before = written.count;
    const standing = await ask('standing', {});
    const known = accountIds();
    takeStanding(standing, before);
    if (accountIds() !== known) this.wantLists();
    if (before !== written.count) this.wantStanding();
  }

  /** A reading failed: with the next event, or when the link is back, it is tried again. */
  #putBack(wanted: Wanted): void {
    this.#wanted.overview ||= wanted.overview;
    this.#wanted.lists ||= wanted.lists;
    this.#wanted.standing ||= wanted.standing;
    for (const [key, name] of wanted.contacts) this.#wanted.contacts.set(key, name);
    for (const [key, name] of wanted.chats) this.#wanted.chats.set(key, name);
  }
}

export const readings = new Readings();

function accountIds(): string {
  return accounts.all.map(({ id }) => id).join();
}

/** Takes over an overview, which may hold the beginnings of the lists only. */
export function take(read: Overview, before = written.count): void {
  // Beginnings are shown where there is nothing yet; what is there is not cut short for a moment.
  if (!read.more_contacts || contacts.count === 0) contacts.replace(read.contacts);
  if (!read.more_chats || chats.count === 0) chats.replace(read.chats);
  takeStanding(read, before);
  listsChanged();
}

/** What was set here after the question was asked is newer than the answer. */
function takeStanding(standing: Standing, before: number): void {
  for (const store of [accounts, requests, surroundings]) store.take(standing);
  if (before === written.count) for (const store of [own, settings]) store.take(standing);
  if (where.chat && !accounts.get(where.chat.account)) where.closeChat();
}

function listsChanged(): void {
  where.begin(chats.count === 0, contacts.count > 0);
  nameOpen();
}

/** Whom one has not spoken with has a name, and no line among the chats. */
function nameOpen(): void {
  const open = conversations.open;
  const known = open && (chats.get(open.chat) ?? contacts.get(open.chat));
  if (open && known) open.name = known.name;
}

async function readOverview(): Promise<void> {
  const before = written.count;
  const read = await ask('overview', {});
  // The first list is not drawn in one language and then in another.
  await wordsOf(languageOf(read)).catch(() => undefined);
  take(read, before);
  if (before !== written.count) readings.wantStanding();
  if (read.more_contacts) contacts.replace(await allContacts(read.contacts));
  if (read.more_chats) chats.replace(await allChats());
  listsChanged();
}

async function readLists(): Promise<void> {
  contacts.replace(await allContacts([]));
  chats.replace(await allChats());
  listsChanged();
}

/** All contacts, as far as they are not read yet. */
async function allContacts(begun: Contact[]): Promise<Contact[]> {
  const all = [...begun];
  for (;;) {
    const last = all.at(-1);
    const page = await ask('contact_page', { after: last ? chatOf(last) : null });
    all.push(...page.contacts);
    if (!page.more || page.contacts.length === 0) return all;
  }
}

async function allChats(): Promise<ChatSummary[]> {
  const all: ChatSummary[] = [];
  for (;;) {
    const page = await ask('chat_page', { after: all.at(-1)?.chat ?? null });
    all.push(...page.chats);
    if (!page.more || page.chats.length === 0) return all;
  }
}

async function readContacts(wanted: ReadonlyMap<string, ChatRef>): Promise<void> {
  const left = new Map(wanted);
  while (left.size > 0) {
    const names = [...left.values()].slice(0, byName);
    const { contacts: now, gone } = await ask('contacts', { contacts: names });
    contacts.change(now, gone);
    nameOpen();
    if (!strike(left, [...now.map(chatOf), ...gone])) return;
  }
}

async function readChats(wanted: ReadonlyMap<string, ChatRef>): Promise<void> {
  const left = new Map(wanted);
  while (left.size > 0) {
    const names = [...left.values()].slice(0, byName);
    const { chats: now, gone } = await ask('chats', { chats: names });
    chats.change(now, gone);
    listsChanged();
    if (!strike(left, [...now.map(({ chat }) => chat), ...gone])) return;
  }
}

/** Crosses out what was answered; `false`: nothing was. */
function strike(left: Map<string, ChatRef>, answered: ChatRef[]): boolean {
  return answered.map((chat) => left.delete(keyOf(chat))).includes(true);
}
