/** Names that can be taken for those of others, as far as they are on screen. */
import { SvelteMap } from 'svelte/reactivity';
import type { AccountId, ChatRef } from '../lib/contract';
import { ask } from '../lib/link';

/** What happens within this time is asked once, in milliseconds: many come into a room at once. */
const rest = 1_500;
/** The most names of one question. */
const limit = 500;

interface Among {
  account: AccountId;
  /** `null`: people whom I do not know. */
  room: string | null;
  names: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class Likeness {
  #found = new SvelteMap<string, string>();
  #among = new Map<string, Among>();
  /** What contacts look like and are not, by account and address. */
  #contacts = new SvelteMap<AccountId, ReadonlyMap<string, string>>();
  #asking = new Map<AccountId, ReturnType<typeof setTimeout> | undefined>();

  /** Knows of none. */
  forget(): void {
    for (const among of this.#among.values()) clearTimeout(among.timer);
    for (const timer of this.#asking.values()) clearTimeout(timer);
    this.#among.clear();
    this.#found.clear();
    this.#asking.clear();
    this.#contacts.clear();
  }

  /** What a contact looks like and is not. All of an account are compared at once, as soon as one is on screen. */
  ofContact({ account, jid }: ChatRef): string | undefined {
    if (!this.#asking.has(account)) this.#askSoon(account);
    return this.#contacts.get(account)?.get(jid);
  }

  /** What an address that is about to be asked looks like and is not. */
  async ofAddress(account: AccountId, jid: string): Promise<string | undefined> {
    const found = await ask('look_alikes', { account, room: null, names: [jid] }).catch(() => []);
    return found[0]?.of;
  }

  /** What a nick in a room looks like and is not. */
  ofNick(room: ChatRef, nick: string): string | undefined {
    return this.#of(room.account, room.jid, nick);
  }

  /** What the address or the nick of somebody whom I do not know looks like and is not. */
  ofStranger(account: AccountId, name: string): string | undefined {
    return this.#of(account, null, name);
  }

  #of(account: AccountId, room: string | null, name: string): string | undefined {
    const key = `${account} ${room ?? ''}`;
    let among = this.#among.get(key);
    if (!among) this.#among.set(key, (among = { account, room, names: new Set(), timer: undefined }));
    if (name && !among.names.has(name)) {
      among.names.add(name);
      this.#soon(key, among, 16);
    }
    return this.#found.get(`${key} ${name}`);
  }

  /** Somebody came, went or is called something else. */
  changed(account: AccountId, room: string | null): void {
    const key = `${account} ${room ?? ''}`;
    const among = this.#among.get(key);
    if (among) this.#soon(key, among, rest);
  }

  /** Contacts have changed: any name may look like theirs now. */
  rosterChanged(): void {
    for (const [key, among] of this.#among) this.#soon(key, among, rest);
    for (const [account, timer] of this.#asking) if (timer === undefined) this.#askSoon(account);
  }

  #askSoon(account: AccountId): void {
    this.#asking.set(
      account,
      setTimeout(() => void this.#compare(account), rest),
    );
  }

  async #compare(account: AccountId): Promise<void> {
    this.#asking.set(account, undefined);
    const found = await ask('alike_contacts', { account }).catch(() => null);
    if (found) this.#contacts.set(account, new Map(found.map(({ name, of }) => [name, of])));
  }

  #soon(key: string, among: Among, after: number): void {
    among.timer ??= setTimeout(() => void this.#read(key, among), after);
  }

  async #read(key: string, among: Among): Promise<void> {
    among.timer = undefined;
    const all = [...among.names];
    for (let from = 0; from < all.length; from += limit) {
      const names = all.slice(from, from + limit);
      const found = await ask('look_alikes', { account: among.account, room: among.room, names }).catch(() => null);
      // What cannot be compared now is with the next change.
      if (!found) return;
      const alike = new Map(found.map(({ name, of }) => [name, of]));
      for (const name of names) {
        const of = alike.get(name);
        if (of !== undefined) this.#found.set(`${key} ${name}`, of);
        else this.#found.delete(`${key} ${name}`);
      }
    }
  }
}

export const likeness = new Likeness();
