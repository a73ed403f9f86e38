/** The sound that plays: one at a time, by the resident. */
import { SvelteMap } from 'svelte/reactivity';
import type { MessageId, PlayingView } from '../lib/contract';
import { ask } from '../lib/link';
import { attempt } from './toasts.svelte';

/** In percent. */
const speeds = [100, 150, 200];
/** So often is looked how far it is, in milliseconds. */
const every = 250;

class Listening {
  now = $state.raw<PlayingView | null>(null);
  /** How fast everything is played, in percent; as recorded again with the next window. */
  speed = $state(100);
  /** What the user wants to hear and does not hear yet. */
  coming = $state.raw<MessageId | null>(null);
  #lengths = new SvelteMap<MessageId, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Knows of none. */
  forget(): void {
    clearTimeout(this.#timer);
    this.now = null;
    this.speed = 100;
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
    await attempt(ask('play_file', { message, from: Math.round(from), speed: this.speed }));
    if (this.coming === message) this.coming = null;
    await this.#look();
  }

  /** The next of the speeds; what plays goes on with it from where it is. */
  async faster(): Promise<void> {
    this.speed = speeds[(speeds.indexOf(this.speed) + 1) % speeds.length]!;
    await this.#look();
    if (this.now && !this.now.paused) await this.play(this.now.message, this.now.milliseconds);
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
