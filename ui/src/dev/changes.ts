/** What is said about earlier messages, in the resident in memory. */
import type { Author, Message, MessageId, Moderated, Version } from '../lib/contract';
import { sameChat } from '../lib/chatref';
import type { Answer, Ask } from '../lib/link';

type Handled = 'correct_message' | 'delete_messages' | 'moderate_message' | 'pin_message' | 'pins' | 'react' | 'retract_message' | 'versions';
type Handlers = { [K in Handled]: (ask: Ask<K>) => Answer<K> };

export class FakeChanges {
  #before = new Map<MessageId, Version[]>();
  pinned = new Set<MessageId>();

  /** `changed` tells that a message looks different now. */
  constructor(
    readonly find: (message: MessageId) => Message | undefined,
    readonly changed: (message: Message) => void,
    readonly remove: (message: Message) => void,
  ) {}

  /** Its author puts other words in its place. */
  correct(message: Message, body: string): void {
    this.#before.set(message.id, [...(this.#before.get(message.id) ?? []), { body: message.body, at: message.at }]);
    message.body = body;
    message.corrected = true;
    this.changed(message);
  }

  /** Its author, or a moderator, takes it back. */
  retract(message: Message, moderated: Moderated | null = null): void {
    Object.assign(message, { body: '', corrected: false, reactions: [], retracted: true, moderated, seen: true });
    this.#before.delete(message.id);
    this.changed(message);
  }

  /** Somebody gives a message these signs and no others. */
  react(message: Message, author: Author, signs: string[]): void {
    const same = (one: Author) => JSON.stringify(one) === JSON.stringify(author);
    const others = message.reactions.map(({ emoji, by }) => ({ emoji, by: by.filter((one) => !same(one)) }));
    for (const sign of signs) {
      const known = others.find(({ emoji }) => emoji === sign);
      if (known) known.by.push(author);
      else others.push({ emoji: sign, by: [author] });
    }
    const given = others.filter(({ by }) => by.length > 0);
    message.reactions = given.map(({ emoji, by }) => ({ emoji, by, count: by.length, mine: by.some(({ kind }) => kind === 'me') }));
    this.changed(message);
  }

  handlers: Handlers = {
    correct_message: ({ message, body }) => {
      const found = this.find(message);
      if (found) this.correct(found, body);
      return null;
    },
    moderate_message: ({ message, words }) => {
      const found = this.find(message);
      if (found) this.retract(found, { by: 'Alice', words });
      return null;
    },
    delete_messages: ({ messages }) => {
      for (const found of messages.flatMap((message) => this.find(message) ?? [])) {
        this.pinned.delete(found.id);
        this.remove(found);
        this.changed(found);
      }
      return null;
    },
    pin_message: ({ message, pinned }) => {
      const found = this.find(message);
      if (pinned) this.pinned.add(message);
      else this.pinned.delete(message);
      if (found) this.changed(found);
      return null;
    },
    pins: ({ chat }) => [...this.pinned].flatMap((message) => this.find(message) ?? []).filter((message) => sameChat(message.chat, chat)).sort((a, b) => a.id - b.id),
    react: ({ message, emoji }) => {
      const found = this.find(message);
      if (found) this.react(found, { kind: 'me' }, emoji);
      return null;
    },
    retract_message: ({ message }) => {
      const found = this.find(message);
      if (found) this.retract(found);
      return null;
    },
    versions: ({ message }) => {
      const found = this.find(message);
      return found ? [...(this.#before.get(message) ?? []), { body: found.body, at: found.at }] : [];
    },
  };
}
