import { nodeOf } from '../lib/chatref';
import type { AccountId, ChatRef } from '../lib/contract';
import { accounts } from './accounts.svelte';
import { chats } from './chats.svelte';
import { contacts } from './contacts.svelte';

/** How I call a contact or a room. */
export function nameOf(chat: ChatRef): string {
  return contacts.get(chat)?.name ?? chats.get(chat)?.name ?? nodeOf(chat.jid);
}

/** An account’s address. */
export function accountName(account: AccountId): string {
  return accounts.get(account)?.jid ?? String(account);
}
