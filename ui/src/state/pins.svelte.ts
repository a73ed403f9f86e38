import { Coalesced } from '../lib/coalesced';
import type { ChatRef, Message, MessageId } from '../lib/contract';
import { ask } from '../lib/link';

/** The messages of a chat that I pinned for myself. */
export class Pins {
  all = $state.raw<Message[]>([]);
  readonly #reading: Coalesced;

  constructor(chat: ChatRef) {
    this.#reading = new Coalesced(async () => {
      // What cannot be read now is read with the next change.
      this.all = await ask('pins', { chat }).catch(() => this.all);
    });
  }

  read(): void {
    this.#reading.want();
  }

  has(message: MessageId): boolean {
    return this.all.some(({ id }) => id === message);
  }
}
