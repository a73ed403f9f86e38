import { keyOf } from '../lib/chatref';
import type { ChatRef, ChatSummary, Overview } from '../lib/contract';

class Chats {
  /** Newest first; strangers wait in Requests, not here. */
  all = $state.raw<ChatSummary[]>([]);
  #byKey = $derived(new Map(this.all.map((summary) => [keyOf(summary.chat), summary])));

  unread = $derived(this.all.reduce((sum, { unread }) => sum + unread, 0));

  take(overview: Overview): void {
    this.all = overview.chats.filter(({ kind }) => kind !== 'stranger');
  }

  get(chat: ChatRef): ChatSummary | undefined {
    return this.#byKey.get(keyOf(chat));
  }
}

export const chats = new Chats();
