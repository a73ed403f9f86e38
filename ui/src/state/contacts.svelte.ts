import { keyOf } from '../lib/chatref';
import type { ChatRef, Contact, Overview } from '../lib/contract';

/** A contact's place in maps. */
export function chatOf(contact: Contact): ChatRef {
  return { account: contact.account, jid: contact.jid };
}

class Contacts {
  all = $state.raw<Contact[]>([]);
  #byKey = $derived(new Map(this.all.map((contact) => [keyOf(chatOf(contact)), contact])));

  /** Every group that some contact is in, in the order of the alphabet. */
  groups = $derived([...new Set(this.all.flatMap((contact) => contact.groups))].sort((a, b) => a.localeCompare(b)));

  take(overview: Overview): void {
    this.all = overview.contacts;
  }

  get(chat: ChatRef): Contact | undefined {
    return this.#byKey.get(keyOf(chat));
  }
}

export const contacts = new Contacts();
