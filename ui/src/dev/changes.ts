/** What is said about earlier messages, in the resident in memory. */
import type { Message, MessageId, Version } from '../lib/contract';
import type { Answer, Ask } from '../lib/link';

type Handled = 'correct_message' | 'versions';
type Handlers = { [K in Handled]: (ask: Ask<K>) => Answer<K> };

export class FakeChanges {
  #before = new Map<MessageId, Version[]>();

  /** `changed` tells that a message looks different now. */
  constructor(
    readonly find: (message: MessageId) => Message | undefined,
    readonly changed: (message: Message) => void,
  ) {}

  /** Its author puts other words in its place. */
  correct(message: Message, body: string): void {
    this.#before.set(message.id, [...(this.#before.get(message.id) ?? []), { body: message.body, at: message.at }]);
    message.body = body;
    message.corrected = true;
    this.changed(message);
  }

  handlers: Handlers = {
    correct_message: ({ message, body }) => {
      const found = this.find(message);
      if (found) this.correct(found, body);
      return null;
    },
    versions: ({ message }) => {
      const found = this.find(message);
      return found ? [...(this.#before.get(message) ?? []), { body: found.body, at: found.at }] : [];
    },
  };
}
