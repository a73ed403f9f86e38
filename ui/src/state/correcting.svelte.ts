import type { Message } from '../lib/contract';
import { ask } from '../lib/link';

/** Whether I may put other words in the place of these. */
export function correctable(message: Message): boolean {
  return message.author.kind === 'me' && !message.retracted && !message.encryption && (message.delivery !== 'failed' || message.corrected);
}

/** The message whose words are being corrected. What is in the composer meanwhile stays there, untouched. */
export class Correcting {
  message = $state.raw<Message | null>(null);
  words = $state('');
  /** Words that were refused keep their id, so that a second try can never be a second correction. */
  #pending: { id: string; body: string } | null = null;

  begin(message: Message): void {
    this.message = message;
    this.words = message.body;
    this.#pending = null;
  }

  leave(): void {
    this.message = null;
    this.words = '';
  }

  /** Stays as it is where it is refused. */
  async save(): Promise<void> {
    const { message } = this;
    const body = this.words.trim();
    if (!message || !body) return;
    if (body !== message.body || message.delivery === 'failed') {
      const id = this.#pending?.body === body ? this.#pending.id : crypto.randomUUID();
      this.#pending = { id, body };
      await ask('correct_message', { message: message.id, id, body });
    }
    if (this.message === message) this.leave();
  }
}
