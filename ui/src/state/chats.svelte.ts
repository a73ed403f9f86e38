import { keyOf } from '../lib/chatref';
import type { ChatRef, ChatSummary } from '../lib/contract';
import { Sorted } from '../lib/sorted';
import { byNewest, chatRow, type Row } from '../list/rows';

type ChatRow = Row & { kind: 'chat' };

const newest = (a: ChatRow, b: ChatRow) => byNewest(a.summary, b.summary);

class Chats {
  #byKey = new Map<string, ChatRow>();
  #sorted = new Sorted<ChatRow>(newest);
  /** Counts what changed, for whoever shows some of it. */
  #changes = $state(0);
  unread = $state(0);

  /** These are all chats. */
  replace(all: ChatSummary[]): void {
    this.#byKey = new Map(all.map((summary) => [keyOf(summary.chat), chatRow(summary)]));
    this.#sorted = new Sorted(newest, [...this.#byKey.values()]);
    this.unread = this.#sorted.all.reduce((sum, { summary }) => sum + summary.unread, 0);
    this.#changes += 1;
  }

  /** Some chats are now like this, and some are gone. */
  change(now: ChatSummary[], gone: ChatRef[] = []): void {
    for (const summary of now) this.#set(keyOf(summary.chat), chatRow(summary));
    for (const chat of gone) this.#set(keyOf(chat), undefined);
    this.#changes += 1;
  }

  get(chat: ChatRef): ChatSummary | undefined {
    void this.#changes;
    return this.#byKey.get(keyOf(chat))?.summary;
  }

  /** The list, newest first. */
  get rows(): Row[] {
    void this.#changes;
    return [...this.#sorted.all];
  }

  /** Newest first; strangers wait in Requests, not here. */
  get all(): ChatSummary[] {
    void this.#changes;
    return this.#sorted.all.map(({ summary }) => summary);
  }

  get count(): number {
    void this.#changes;
    return this.#byKey.size;
  }

  #set(key: string, after: ChatRow | undefined): void {
    const before = this.#byKey.get(key);
    if (before && after) this.#sorted.replace(before, after);
    else if (before) this.#sorted.remove(before);
    else if (after) this.#sorted.add(after);
    if (after) this.#byKey.set(key, after);
    else this.#byKey.delete(key);
    this.unread += (after?.summary.unread ?? 0) - (before?.summary.unread ?? 0);
  }
}

export const chats = new Chats();
