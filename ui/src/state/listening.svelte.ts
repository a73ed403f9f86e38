/** The sound that plays: one at a time, by the resident. */
import { SvelteMap } from 'svelte/reactivity';
import type { MessageId, PlayingView } from '../lib/contract';
import { ask } from '../lib/link';
import { attempt } from './toasts.svelte';

/** So often is looked how far it is, in milliseconds. */
const every = 250;

class Listening {
  now = $state.raw<PlayingView | null>(null);
  /** What the user wants to hear and does not hear yet. */
  coming = $state.raw<MessageId | null>(null);
  #lengths = new SvelteMap<MessageId, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Knows of none. */
  forget(): void {
    clearTimeout(this.#timer);
    this.now = null;
    this.coming = null;
    this.#lengths.clear();
  }

  /** How a message’s sound stands; `null` while it neither plays nor is held. */
  of(message: MessageId): PlayingView | null {
    return this.now?.message === message ? this.now : null;
  }

  /** How long it is in milliseconds, once it was played. */
  length(message: MessageId): number | null {
    return this.#lengths.get(message) ?? null;
  }

  async play(message: MessageId, from: number): Promise<void> {
    this.coming = message;
    await attempt(ask('play_file', { message, from: Math.round(from) }));
    if (this.coming === message) this.coming = null;
    await this.#look();
  }

  async pause(): Promise<void> {
    await attempt(ask('pause_playing', {}));
    await this.#look();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const now = await ask('playing', {}).catch(() => null);
    clearTimeout(this.#timer);
    this.now = now;
    if (now?.length) this.#lengths.set(now.message, now.length);
    if (now && !now.paused) this.#timer = setTimeout(() => void this.#look(), every);
  }
}

export const listening = new Listening();
