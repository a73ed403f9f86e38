import { keyOf, sameChat } from '../lib/chatref';
import type { ChatRef, MessageId, SearchBy, SearchHit } from '../lib/contract';
import { partsOf, type Part } from '../lib/found';
import { ask, asRefused, type RefusedError } from '../lib/link';
import { where } from './place.svelte';

/** So long, in milliseconds, after the last letter is looked: a word is being typed. */
export const lookAfter = 120;
const pageSize = 50;
/** So long, in milliseconds, a message is marked that a click has led to. */
const glanceFor = 2_500;

/** A message that the open chat is to show in the middle. */
class Jumping {
  to = $state.raw<{ chat: ChatRef; message: MessageId } | null>(null);
  /** The message that was jumped to last. */
  at = $state<MessageId | null>(null);

  jump(chat: ChatRef, message: MessageId): void {
    this.at = message;
    this.to = { chat, message };
    where.showChat(chat);
  }

  /** To a message of the chat that is on screen, marked only as long as it takes to see it. */
  glance(chat: ChatRef, message: MessageId): void {
    this.at = message;
    this.to = { chat, message };
    setTimeout(() => {
      if (this.at === message) this.at = null;
    }, glanceFor);
  }
}

export const jumping = new Jumping();

/** Hits of one chat. */
export interface HitGroup {
  key: string;
  chat: ChatRef;
  hits: SearchHit[];
}

/** The search in everything. */
class Search {
  shown = $state(false);
  /** Counts wishes to type, so that the field takes the focus also when it is shown already. */
  typing = $state(0);
  words = $state('');
  who = $state<'anyone' | 'me' | 'somebody'>('anyone');
  /** A contact’s name or address, or a nick. */
  somebody = $state('');
  /** Days, as `2026-05-20`; empty for no limit. */
  from = $state('');
  until = $state('');
  hits = $state.raw<SearchHit[]>([]);
  more = $state(false);
  incomplete = $state(false);
  /** What the hits were asked with. */
  parts = $state.raw<Part[]>([]);
  /** There is an answer to what is in the fields. */
  answered = $state(false);
  failed = $state.raw<RefusedError | null>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly groups = $derived.by(() => {
    const groups = new Map<string, HitGroup>();
    for (const hit of this.hits) {
      const key = keyOf(hit.chat);
      const group = groups.get(key);
      if (group) group.hits.push(hit);
      else groups.set(key, { key, chat: hit.chat, hits: [hit] });
    }
    for (const { hits } of groups.values()) hits.sort((a, b) => b.at - a.at);
    return [...groups.values()];
  });

  open(): void {
    if (where.section !== 'chats' && where.section !== 'contacts') where.section = 'chats';
    where.scope = null;
    where.detail = false;
    this.shown = true;
    this.typing += 1;
  }

  close(): void {
    this.shown = false;
    jumping.at = null;
    this.#turn += 1;
    clearTimeout(this.#timer);
  }

  /** The fields changed. `contactNamed` finds a person. */
  changed(contactNamed: (name: string) => ChatRef | null): void {
    this.#turn += 1;
    this.answered = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(contactNamed, null), lookAfter);
  }

  /** The next page. */
  readOn(contactNamed: (name: string) => ChatRef | null): Promise<void> {
    return this.#look(contactNamed, this.#oldest());
  }

  #oldest(): MessageId | null {
    return this.hits.length > 0 ? Math.min(...this.hits.map(({ message }) => message)) : null;
  }

  get asksNothing(): boolean {
    const somebody = this.who === 'me' || (this.who === 'somebody' && this.somebody.trim() !== '');
    return partsOf(this.words).length === 0 && !somebody && !(this.from && this.until);
  }

  async #look(contactNamed: (name: string) => ChatRef | null, before: MessageId | null): Promise<void> {
    const turn = ++this.#turn;
    this.failed = null;
    if (this.asksNothing) {
      this.hits = [];
      this.more = false;
      this.answered = true;
      return;
    }
    const name = this.who === 'somebody' ? this.somebody.trim() : '';
    const contact = name ? contactNamed(name) : null;
    const by: SearchBy = this.who === 'me' ? { kind: 'me' } : contact ? { kind: 'contact' } : name ? { kind: 'occupant', nick: name } : { kind: 'anyone' };
    const query = { words: this.words, chat: contact, by, from: dayBegins(this.from, 0), until: dayBegins(this.until, 1) };
    try {
      const page = await ask('search', { query, before, limit: pageSize });
      if (turn !== this.#turn) return;
      if (page.superseded) {
        // Another window’s search had its turn.
        this.#timer = setTimeout(() => void this.#look(contactNamed, before), lookAfter * 2);
        return;
      }
      this.hits = before === null ? page.hits : [...this.hits, ...page.hits];
      this.more = page.more;
      this.incomplete = page.incomplete;
      this.parts = partsOf(this.words);
      this.answered = true;
    } catch (error) {
      if (turn === this.#turn) this.failed = asRefused(error);
    }
  }
}

/** When a day begins here, or the one so many days after it; `null` where none is named. */
export function dayBegins(day: string, after: number): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day.trim());
  return match ? new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + after).getTime() : null;
}

export const search = new Search();

/** The search in the open chat. */
class Finding {
  chat = $state.raw<ChatRef | null>(null);
  typing = $state(0);
  words = $state('');
  messages = $state.raw<MessageId[]>([]);
  /** Which of them is shown. */
  at = $state(-1);
  answered = $state(false);
  readonly parts = $derived(this.chat && sameChat(this.chat, where.chat) ? partsOf(this.words) : []);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  open(chat: ChatRef): void {
    if (!sameChat(this.chat, chat)) this.close();
    this.chat = chat;
    this.typing += 1;
  }

  close(): void {
    if (this.chat) jumping.at = null;
    this.chat = null;
    this.words = '';
    this.messages = [];
    this.at = -1;
    this.#turn += 1;
    clearTimeout(this.#timer);
  }

  changed(): void {
    this.#turn += 1;
    this.answered = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), lookAfter);
  }

  /** To an older hit, or a newer one; behind the last comes the first. */
  step(by: -1 | 1): void {
    const { length } = this.messages;
    if (length === 0 || !this.chat) return;
    this.at = (this.at + by + length) % length;
    this.#show();
  }

  #show(): void {
    const message = this.messages[this.at];
    if (!this.chat || message === undefined) return;
    jumping.at = message;
    jumping.to = { chat: this.chat, message };
  }

  async #look(): Promise<void> {
    const turn = ++this.#turn;
    const { chat } = this;
    if (!chat || this.parts.length === 0) {
      this.messages = [];
      this.at = -1;
      this.answered = true;
      return;
    }
    const found = await ask('find_in_chat', { chat, words: this.words }).catch(() => null);
    if (turn !== this.#turn) return;
    if (!found || found.superseded) {
      this.#timer = setTimeout(() => void this.#look(), lookAfter * 4);
      return;
    }
    this.messages = found.messages;
    this.at = found.messages.length - 1;
    this.answered = true;
    this.#show();
  }
}

export const finding = new Finding();
