import type { ChatRef } from '../lib/contract';
import { ask } from '../lib/link';

/** XEP-0085: who has not typed for so long has paused. */
export const pauseAfter = 5_000;
/** A draft is kept this long after the last key. */
export const keepAfter = 600;

/** Tells the others that I type, and keeps what I typed. */
export class Composing {
  #chat: ChatRef;
  #typing = false;
  #kept: string;
  #draft: string;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #keep: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: ChatRef, draft: string) {
    this.#chat = chat;
    this.#draft = this.#kept = draft;
  }

  /** A key was pressed. */
  typed(text: string): void {
    this.#draft = text;
    clearTimeout(this.#keep);
    this.#keep = setTimeout(() => this.keep(), keepAfter);
    clearTimeout(this.#pause);
    this.#tell(text !== '');
    if (text !== '') this.#pause = setTimeout(() => this.#tell(false), pauseAfter);
  }

  /** The message left: it says by itself that I no longer type. */
  sent(): void {
    this.#draft = '';
    this.#typing = false;
    clearTimeout(this.#pause);
    this.keep();
  }

  /** Keeps the draft now. */
  keep(): void {
    clearTimeout(this.#keep);
    if (this.#draft === this.#kept) return;
    this.#kept = this.#draft;
    void ask('save_draft', { chat: this.#chat, text: this.#draft }).catch(() => undefined);
  }

  /** The chat is left. */
  end(): void {
    clearTimeout(this.#pause);
    this.#tell(false);
    this.keep();
  }

  #tell(composing: boolean): void {
    if (composing === this.#typing) return;
    this.#typing = composing;
    void ask('set_typing', { chat: this.#chat, composing }).catch(() => undefined);
  }
}
