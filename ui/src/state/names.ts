import { fullName } from '../words/private';
import { nodeOf } from '../lib/chatref';
import type { AccountId, ChatRef } from '../lib/contract';
import { accounts } from './accounts.svelte';
import { chats } from './chats.svelte';
import { contacts } from './contacts.svelte';

/** How I call a contact or a room. */
export function nameOf(chat: ChatRef): string {
  const known = chats.get(chat);
  return contacts.get(chat)?.name ?? (known && fullName(known)) ?? nodeOf(chat.jid);
}

/** An account’s address. */
export function accountName(account: AccountId): string {
  return accounts.get(account)?.jid ?? String(account);
}
