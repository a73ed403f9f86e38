/** The voice message that is being spoken, or waits to be sent. The microphone is the resident’s. */
import { keyOf } from '../lib/chatref';
import type { ChatRef, RecordingView } from '../lib/contract';
import { ask } from '../lib/link';
import { attempt } from './toasts.svelte';

/** So often is looked how it goes, in milliseconds: the level moves as a voice does. */
const every = 100;

class Recording {
  /** For which chat. */
  chat = $state.raw<ChatRef | null>(null);
  now = $state.raw<RecordingView | null>(null);
  /** The same however often it is tried: it is one message. */
  #id = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  of(chat: ChatRef): boolean {
    return !!this.chat && keyOf(this.chat) === keyOf(chat);
  }

  async begin(chat: ChatRef): Promise<void> {
    this.forget();
    if (!(await attempt(ask('begin_recording', {})))) return;
    this.#id = crypto.randomUUID();
    this.chat = chat;
    await this.#look();
  }

  /** Closes the microphone; what was spoken stays. */
  async stop(): Promise<void> {
    if (!this.chat || this.now?.ended) return;
    await attempt(ask('stop_recording', {}));
    await this.#look();
  }

  async send(): Promise<void> {
    const chat = this.chat;
    if (chat && (await attempt(ask('send_recording', { chat, id: this.#id })))) this.forget();
  }

  async cancel(): Promise<void> {
    this.forget();
    await attempt(ask('cancel_recording', {}));
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const id = this.#id;
    const now = await ask('recording', {}).catch(() => null);
    if (!this.chat || id !== this.#id) return;
    this.now = now;
    // A resident that was started anew has none.
    if (!now) this.forget();
    else if (!now.ended) this.#timer = setTimeout(() => void this.#look(), every);
  }

  /** Knows of none. */
  forget(): void {
    clearTimeout(this.#timer);
    this.chat = null;
    this.now = null;
    this.#id = '';
  }
}

export const recording = new Recording();
