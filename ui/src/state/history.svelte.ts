import type { ChatRef, HistoryPage, Message, MessageId } from '../lib/contract';
import { ask } from '../lib/link';
import { tick } from 'svelte';

/** Messages read at once: more than the tallest screen shows. */
export const pageSize = 80;
/** Messages kept in memory: pages around the one on screen. What lies further away is read again. */
export const keptMessages = 400;
/** `messages` and `history` answer at most so many. */
const answerLimit = 200;

/**
 * A window onto a conversation of any length: it moves, and never holds more than {@link keptMessages}.
 *
 * The list on screen keeps its position only if it is told at which end messages come or go: `shifting` is true while
 * they do so at the beginning. Therefore the two ends never change in one step.
 */
export class History {
  messages = $state.raw<Message[]>([]);
  moreBefore = $state(false);
  moreAfter = $state(false);
  shifting = $state(false);
  #chat: ChatRef;
  #queue: Promise<unknown> = Promise.resolve();
  #reading = new Set<'before' | 'after'>();

  constructor(chat: ChatRef, newest: HistoryPage) {
    this.#chat = chat;
    this.#show(newest);
  }

  last(): Message | undefined {
    return this.messages.at(-1);
  }

  /** Reads the page before the first message. */
  readBefore(): Promise<void> {
    return this.#once('before', async () => {
      const first = this.messages[0];
      if (!this.moreBefore || !first) return;
      const page = await this.#page('before', first.id, pageSize);
      await this.#atStart([...page.messages, ...this.messages]);
      this.moreBefore = page.more_before;
      if (this.messages.length > keptMessages) {
        this.moreAfter = true;
        this.messages = this.messages.slice(0, keptMessages);
      }
    });
  }

  /** Reads the page after the last message. */
  readAfter(): Promise<void> {
    return this.#once('after', () => this.#extend());
  }

  /** Goes to the end, wherever the window is. */
  readNewest(): Promise<void> {
    return this.#then(async () => {
      if (!this.moreAfter) return;
      this.#show(await ask('history', { chat: this.#chat, anchor: { kind: 'newest' }, limit: pageSize }));
    });
  }

  /** Messages were stored: the end of the window moves along if it was the end of the conversation. */
  added(): Promise<void> {
    return this.#then(async () => {
      if (this.moreAfter) return;
      if (this.messages.length === 0) {
        this.#show(await ask('history', { chat: this.#chat, anchor: { kind: 'newest' }, limit: pageSize }));
        return;
      }
      await this.#extend();
    });
  }

  /** Messages changed: those in the window are read again. */
  changed(ids: Iterable<MessageId>): Promise<void> {
    const wanted = new Set(ids);
    return this.#then(async () => {
      const held = this.messages.filter(({ id }) => wanted.has(id)).map(({ id }) => id);
      const fresh = new Map<MessageId, Message>();
      let left = held;
      while (left.length > 0) {
        const asked = left.slice(0, answerLimit);
        const answer = await ask('messages', { messages: asked });
        for (const message of answer) fresh.set(message.id, message);
        // What an answer had no room for stands behind its last one; what stands before that and is missing is gone.
        const last = answer.at(-1)?.id;
        left = last === undefined ? left.slice(answerLimit) : left.slice(left.indexOf(last) + 1);
      }
      if (fresh.size > 0) this.messages = this.messages.map((message) => fresh.get(message.id) ?? message);
    });
  }

  /** Something was missed: reads again what is in the window, and what came after it. */
  async resync(): Promise<void> {
    await this.changed(this.messages.map(({ id }) => id));
    await this.added();
  }

  #show(page: HistoryPage): void {
    this.messages = page.messages;
    this.moreBefore = page.more_before;
    this.moreAfter = page.more_after;
  }

  async #extend(): Promise<void> {
    const last = this.last();
    if (!last) return;
    const page = await this.#page('after', last.id, answerLimit);
    this.moreAfter = page.more_after;
    if (page.messages.length === 0) return;
    this.messages = [...this.messages, ...page.messages];
    if (this.messages.length <= keptMessages) return;
    await tick();
    this.moreBefore = true;
    await this.#atStart(this.messages.slice(-keptMessages));
  }

  async #atStart(messages: Message[]): Promise<void> {
    this.shifting = true;
    this.messages = messages;
    await tick();
    this.shifting = false;
  }

  #page(kind: 'before' | 'after', message: MessageId, limit: number): Promise<HistoryPage> {
    return ask('history', { chat: this.#chat, anchor: { kind, message }, limit });
  }

  /** One reading after the other: two at once could show a message twice. */
  #then(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Scrolling asks many times for the same page. */
  async #once(end: 'before' | 'after', work: () => Promise<void>): Promise<void> {
    if (this.#reading.has(end)) return;
    this.#reading.add(end);
    try {
      await this.#then(work);
    } finally {
      this.#reading.delete(end);
    }
  }
}
