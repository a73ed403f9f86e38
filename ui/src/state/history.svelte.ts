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
 * The order is the resident's alone: what an archive fills in lies between older messages, so neither ids nor times say
 * where a message belongs.
 *
 * The list on screen keeps its position only if it is told at which end messages come or go: `shifting` is true while
 * they do so at the beginning. Therefore the two ends never change in one step.
 */
export class History {
  messages = $state.raw<Message[]>([]);
  moreBefore = $state(false);
  moreAfter = $state(false);
  shifting = $state(false);
  /** The server’s archive is asked for what was said before everything that is stored here. */
  asking = $state(false);
  /** The message on screen that stays where it is when others come in between; `null`: the end of the conversation. */
  steady: () => MessageId | null = () => null;
  #chat: ChatRef;
  #queue: Promise<unknown> = Promise.resolve();
  #reading = new Set<'before' | 'after'>();
  /** The archive had nothing before this message. */
  #begins: MessageId | null = null;

  constructor(chat: ChatRef, newest: HistoryPage) {
    this.#chat = chat;
    this.#show(newest);
  }

  last(): Message | undefined {
    return this.messages.at(-1);
  }

  /** Where a message stands in the window, -1 when it does not. */
  at(message: MessageId): number {
    return indexOf(this.messages, message);
  }

  /** Reads the page before the first message. */
  readBefore(): Promise<void> {
    return this.#once('before', async () => {
      const first = this.messages[0];
      if (!this.moreBefore || !first) return;
      const page = await this.#page('before', first.id, pageSize);
      await this.#atStart(joined(page.messages, this.messages));
      this.moreBefore = page.more_before;
      if (this.messages.length > keptMessages) {
        this.moreAfter = true;
        this.messages = this.messages.slice(0, keptMessages);
      }
    });
  }

  /** Reads the page after the last message. */
  readAfter(): Promise<void> {
    return this.#once('after', async () => {
      const last = this.last();
      if (!last) return;
      const page = await this.#page('after', last.id, answerLimit);
      this.moreAfter = page.more_after;
      if (page.messages.length === 0) return;
      this.messages = joined(this.messages, page.messages);
      if (this.messages.length <= keptMessages) return;
      await tick();
      this.moreBefore = true;
      await this.#atStart(this.messages.slice(-keptMessages));
    });
  }

  /** Goes to the end, wherever the window is. */
  readNewest(): Promise<void> {
    return this.#then(async () => {
      if (this.moreAfter) this.#show(await this.#newest(pageSize));
    });
  }

  /** Shows what lies around a message, wherever the window is. Answers whether the message is still there. */
  async reach(message: MessageId): Promise<boolean> {
    await this.#then(async () => {
      if (this.at(message) >= 0) return;
      const [found] = await ask('messages', { messages: [message] });
      if (!found) return;
      const before = await this.#page('before', message, pageSize);
      const after = await this.#page('after', message, pageSize);
      const messages = joined(joined(before.messages, [found]), after.messages);
      this.#show({ messages, more_before: before.more_before, more_after: after.more_after });
    });
    return this.at(message) >= 0;
  }

  /** Something was stored, and it may lie anywhere: reads again what the window shows. */
  readAgain(): Promise<void> {
    return this.#then(async () => {
      const middle = this.moreAfter ? (this.messages[this.messages.length >> 1]?.id ?? null) : null;
      const steady = this.steady() ?? middle;
      const around = steady === null ? null : await this.#around(steady);
      await this.#become(around ?? (await this.#end()), steady);
      this.asking = false;
    });
  }

  /** Nothing older is stored: has the archive asked for it. What it has is told as messages that were stored. */
  async readOlder(): Promise<void> {
    const first = this.messages[0]?.id ?? 0;
    if (this.moreBefore || this.asking || this.#begins === first) return;
    this.asking = true;
    try {
      if (await ask('read_older', { chat: this.#chat })) return;
      this.#begins = first;
    } catch {
      // Asked again when the connection changes, or at the next look.
    }
    this.asking = false;
  }

  /** The connection changed: what the archive said before may not hold any more. */
  askAnew(): void {
    this.#begins = null;
    this.asking = false;
  }

  /** Messages changed: those in the window are read again, with those that answer them. */
  changed(ids: Iterable<MessageId>): Promise<void> {
    const wanted = new Set(ids);
    return this.#then(async () => {
      const held = this.messages.filter(({ id, reply }) => wanted.has(id) || (reply?.kind === 'known' && wanted.has(reply.message))).map(({ id }) => id);
      const fresh = new Map<MessageId, Message>();
      const gone = new Set<MessageId>();
      let left = held;
      while (left.length > 0) {
        const asked = left.slice(0, answerLimit);
        const answer = await ask('messages', { messages: asked });
        for (const message of answer) fresh.set(message.id, message);
        // What an answer had no room for stands behind its last one; what stands before that and is missing is gone.
        const last = answer.at(-1)?.id;
        const told = last === undefined ? asked.length : left.indexOf(last) + 1;
        for (const id of left.slice(0, told)) if (!fresh.has(id)) gone.add(id);
        left = left.slice(told);
      }
      if (fresh.size > 0 || gone.size > 0) {
        this.messages = this.messages.filter(({ id }) => !gone.has(id)).map((message) => fresh.get(message.id) ?? message);
      }
    });
  }

  #show(page: HistoryPage): void {
    this.messages = page.messages;
    this.moreBefore = page.more_before;
    this.moreAfter = page.more_after;
  }

  /** The end of the conversation, from the window’s first message on as far as one answer reaches. */
  async #end(): Promise<HistoryPage> {
    return this.#fromFirst(await this.#newest(answerLimit));
  }

  /** What lies around a message, from the window’s first to its last as far as one answer each reaches. */
  async #around(steady: MessageId): Promise<HistoryPage | null> {
    const [message] = await ask('messages', { messages: [steady] });
    if (!message) return null;
    const before = await this.#page('before', steady, answerLimit - 1);
    const after = await this.#page('after', steady, answerLimit);
    const messages = joined(joined(before.messages, [message]), after.messages);
    const page = this.#fromFirst({ messages, more_before: before.more_before, more_after: after.more_after });
    const end = page.messages.findLastIndex(({ id }) => this.at(id) >= 0) + 1;
    if (!this.moreAfter || end === page.messages.length) return page;
    return { ...page, messages: page.messages.slice(0, end), more_after: true };
  }

  #fromFirst(page: HistoryPage): HistoryPage {
    const held = new Set(this.messages.map(({ id }) => id));
    const first = page.messages.findIndex(({ id }) => held.has(id));
    return first > 0 ? { ...page, messages: page.messages.slice(first), more_before: true } : page;
  }

  /** Shows another part of the conversation without moving the steady message on screen. */
  async #become(page: HistoryPage, steady: MessageId | null): Promise<void> {
    const held = this.messages;
    const known = new Map(held.map((message) => [message.id, message]));
    // What did not change stays the same object, so that it is not drawn again.
    const messages = page.messages.map((message) => (same(known.get(message.id), message) ? known.get(message.id)! : message));
    const pivot = steady !== null ? indexOf(messages, steady) : messages.findLastIndex(({ id }) => known.has(id));
    const front = messages.slice(0, pivot + 1);
    const heldFront = pivot < 0 ? 0 : indexOf(held, messages[pivot]!.id) + 1;
    if (pivot >= 0 && !equal(front, held.slice(0, heldFront))) await this.#atStart(joined(front, held.slice(heldFront)));
    if (!equal(messages, this.messages)) this.messages = messages;
    this.moreBefore = page.more_before;
    this.moreAfter = page.more_after;
  }

  async #atStart(messages: Message[]): Promise<void> {
    this.shifting = true;
    this.messages = messages;
    await tick();
    this.shifting = false;
  }

  #newest(limit: number): Promise<HistoryPage> {
    return ask('history', { chat: this.#chat, anchor: { kind: 'newest' }, limit });
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

function indexOf(messages: Message[], wanted: MessageId): number {
  return messages.findIndex(({ id }) => id === wanted);
}

/** One behind the other. A message that moved between two readings stands in both, and stays where it was read first. */
function joined(front: Message[], behind: Message[]): Message[] {
  const there = new Set(front.map(({ id }) => id));
  return [...front, ...behind.filter(({ id }) => !there.has(id))];
}

function same(a: Message | undefined, b: Message): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

function equal(a: Message[], b: Message[]): boolean {
  return a.length === b.length && a.every((message, i) => message === b[i]);
}
