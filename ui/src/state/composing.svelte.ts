import type { ChatRef, MessageId } from '../lib/contract';
import { ask } from '../lib/link';

/** XEP-0085: who has not typed for so long has paused. */
export const pauseAfter = 5_000;
/** A draft is kept this long after the last key. */
export const keepAfter = 600;
/** A draft that could not be kept is tried again after so long. */
export const againAfter = 1_000;

/** Tells the others that I type, and keeps what I typed. Lives as long as the conversation, not as its field. */
export class Composing {
  /** What stands in the field, also while it is not shown. */
  draft = $state('');
  /** Words that were refused keep their id, so that a second try can never be a second message. */
  pending: { id: string; body: string; reply_to: MessageId | null } | null = null;
  #chat: ChatRef;
  #typing = false;
  /** What the resident has. */
  #kept: string;
  /** What the resident was told and has not answered yet. */
  #telling: string | null = null;
  #told: Promise<void> = Promise.resolve();
  #pause: ReturnType<typeof setTimeout> | undefined;
  #keep: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: ChatRef, draft: string) {
    this.#chat = chat;
    this.draft = this.#kept = draft;
  }

  /** Whether the resident may not have these words yet. */
  get unkept(): boolean {
    return this.draft !== this.#kept;
  }

  /** A key was pressed. */
  typed(text: string): void {
    this.draft = text;
    this.#keepIn(keepAfter);
    clearTimeout(this.#pause);
    this.#tell(text !== '');
    if (text !== '') this.#pause = setTimeout(() => this.#tell(false), pauseAfter);
  }

  /** The message left: it says by itself that I no longer type. */
  sent(): void {
    this.draft = '';
    this.#typing = false;
    clearTimeout(this.#pause);
    void this.keep();
  }

  /** The chat has another address now, and its draft with it. Answers the words that are not kept there. */
  movesAway(): string {
    const words = this.unkept ? this.draft : '';
    clearTimeout(this.#keep);
    clearTimeout(this.#pause);
    this.draft = this.#kept;
    return words;
  }

  /** Keeps the draft now. Done when the resident has answered. */
  keep(): Promise<void> {
    clearTimeout(this.#keep);
    const { draft } = this;
    if (draft === (this.#telling ?? this.#kept)) return this.#told;
    this.#telling = draft;
    this.#told = ask('save_draft', { chat: this.#chat, text: draft }).then(
      () => {
        this.#kept = draft;
        if (this.#telling === draft) this.#telling = null;
      },
      () => {
        if (this.#telling !== draft) return;
        this.#telling = null;
        this.#keepIn(againAfter);
      },
    );
    return this.#told;
  }

  /** The field is left. */
  end(): void {
    clearTimeout(this.#pause);
    this.#tell(false);
    void this.keep();
  }

  #keepIn(milliseconds: number): void {
    clearTimeout(this.#keep);
    this.#keep = setTimeout(() => void this.keep(), milliseconds);
  }

  #tell(composing: boolean): void {
    if (composing === this.#typing) return;
    this.#typing = composing;
    void ask('set_typing', { chat: this.#chat, composing }).catch(() => undefined);
  }
}
