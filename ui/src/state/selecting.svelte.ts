import { SvelteMap } from 'svelte/reactivity';
import type { Message, MessageId } from '../lib/contract';

/** So many messages are selected at once. */
export const mostSelected = 100;

/** Whether words of it can go to somebody else. */
export function forwardable(message: Message): boolean {
  return !message.retracted && !message.encryption;
}

/** Whether it can be deleted here: what still has to be sent would go nowhere. */
export function deletable({ delivery }: Message): boolean {
  return delivery !== 'waiting';
}

/** The messages of a chat that are selected. */
export class Selecting {
  on = $state(false);
  #chosen = new SvelteMap<MessageId, Message>();
  /** The one from which on a range is selected. */
  #from: MessageId | null = null;

  get count(): number {
    return this.#chosen.size;
  }

  has(message: MessageId): boolean {
    return this.#chosen.has(message);
  }

  begin(message: Message): void {
    this.on = true;
    this.#chosen.clear();
    this.toggle(message);
  }

  toggle(message: Message): void {
    this.#from = message.id;
    if (!this.#chosen.delete(message.id)) this.#choose(message);
  }

  /** Selects everything from the one that was chosen last up to this one. */
  upTo(message: Message, all: Message[]): void {
    const [from, to] = [all.findIndex(({ id }) => id === this.#from), all.findIndex(({ id }) => id === message.id)];
    if (from < 0 || to < 0) return this.toggle(message);
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#choose(one);
  }

  leave(): void {
    this.on = false;
    this.#chosen.clear();
    this.#from = null;
  }

  /** What is selected, as it stands now where it is in memory, in the order of the conversation. */
  ordered(all: Message[]): Message[] {
    const here = all.filter(({ id }) => this.#chosen.has(id));
    const there = new Set(here.map(({ id }) => id));
    const first = all[0]?.at ?? 0;
    const away = [...this.#chosen.values()].filter(({ id }) => !there.has(id)).sort((a, b) => a.at - b.at);
    return [...away.filter(({ at }) => at <= first), ...here, ...away.filter(({ at }) => at > first)];
  }

  #choose(message: Message): void {
    if (this.#chosen.size < mostSelected) this.#chosen.set(message.id, message);
  }
}
