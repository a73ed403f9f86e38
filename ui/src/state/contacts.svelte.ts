import { keyOf } from '../lib/chatref';
import type { ChatRef, Contact } from '../lib/contract';
import { Grouped } from '../list/grouped';
import { byContact, contactRow, type ContactRow, type Row } from '../list/rows';
import { Sorted } from '../lib/sorted';
import { likeness } from './likeness.svelte';

/** A contact's place in maps. */
export function chatOf(contact: Contact): ChatRef {
  return { account: contact.account, jid: contact.jid };
}

class Contacts {
  #byKey = new Map<string, Contact>();
  /** In their groups; `null` until somebody looks: a window may begin with the chats. */
  #grouped: Grouped | null = null;
  /** Everybody once, in order, for whoever looks for somebody; `null` until somebody does. */
  #everybody: Sorted<ContactRow> | null = null;
  /** Counts what changed, for whoever shows some of it. */
  #changes = $state(0);
  /** Counts what may have changed the block list, which also holds addresses that are no contacts. */
  blocking = $state(0);

  /** These are all contacts. */
  replace(all: Contact[]): void {
    this.#byKey = new Map(all.map((contact) => [keyOf(contact), contact]));
    this.#grouped = null;
    this.#everybody = null;
    this.#changes += 1;
    this.blocking += 1;
  }

  /** Some contacts are now like this, and some are none any more. */
  change(now: Contact[], gone: ChatRef[] = []): void {
    for (const contact of now) this.#set(keyOf(contact), contact);
    for (const chat of gone) this.#set(keyOf(chat), undefined);
    this.#changes += 1;
    if (gone.length > 0) this.blocking += 1;
  }

  get(chat: ChatRef): Contact | undefined {
    void this.#changes;
    return this.#byKey.get(keyOf(chat));
  }

  get all(): Contact[] {
    void this.#changes;
    return [...this.#byKey.values()];
  }

  /** The rows of all, those who are there first, then by name. */
  get everybody(): readonly ContactRow[] {
    void this.#changes;
    this.#everybody ??= new Sorted(byContact, [...this.#byKey.values()].map(contactRow));
    return this.#everybody.all;
  }

  get count(): number {
    void this.#changes;
    return this.#byKey.size;
  }

  /** Every group that some contact is in, in the order of the alphabet. */
  get groups(): string[] {
    void this.#changes;
    return this.#groupsOfAll.names;
  }

  /** The list in its groups. */
  rows(others: string, closed: ReadonlySet<string>): Row[] {
    void this.#changes;
    return this.#groupsOfAll.rows(others, closed);
  }

  get #groupsOfAll(): Grouped {
    return (this.#grouped ??= new Grouped(this.#byKey.values()));
  }

  #set(key: string, contact: Contact | undefined): void {
    const before = this.#byKey.get(key);
    if (!before && !contact) return;
    if (contact) this.#byKey.set(key, contact);
    else this.#byKey.delete(key);
    this.#grouped?.change(before, contact);
    this.#changeAmongAll(before, contact);
    if (before?.name !== contact?.name) likeness.rosterChanged();
    if (contact && before?.blocked !== contact.blocked) this.blocking += 1;
  }

  #changeAmongAll(before: Contact | undefined, after: Contact | undefined): void {
    const all = this.#everybody;
    if (before && after) all?.replace(contactRow(before), contactRow(after));
    else if (after) all?.add(contactRow(after));
    else if (before) all?.remove(contactRow(before));
  }
}

export const contacts = new Contacts();
