import { sameChat } from '../lib/chatref';
import type { ChatKind, ChatRef, ChatView, MessageId, RoomView } from '../lib/contract';
import { ask, asRefused, type RefusedError } from '../lib/link';
import { History, keptMessages } from './history.svelte';

/** The chat that is open, with the part of its history that is in memory. */
export class Conversation {
  readonly chat: ChatRef;
  readonly history: History;
  /** A room that is being entered may be known as one only a moment later. */
  kind = $state<ChatKind>('contact');
  name = $state('');
  draft: string;
  /** Where the line “New messages” stands; it stays while the chat is on screen. */
  firstUnseen = $state<MessageId | null>(null);
  typing = $state.raw<string[]>([]);
  room = $state.raw<RoomView | null>(null);
  /** Counts what was heard of typing: an answer from before it is older. */
  #typingHeard = 0;
  /** The newest message that was reported as seen. */
  #seen: MessageId = 0;

  constructor(view: ChatView) {
    this.chat = view.summary.chat;
    this.kind = view.summary.kind;
    this.name = view.summary.name;
    this.draft = view.summary.draft;
    this.firstUnseen = view.first_unseen;
    this.typing = view.typing;
    this.room = view.room;
    this.history = new History(this.chat, view.history);
  }

  /** Reads again what is not a message: name, who types, the room. */
  async refresh(): Promise<void> {
    const before = this.#typingHeard;
    const view = await ask('open_chat', { chat: this.chat });
    this.kind = view.summary.kind;
    this.name = view.summary.name;
    if (before === this.#typingHeard) this.typing = view.typing;
    this.room = view.room;
  }

  /** Messages came; what is not seen at once is marked off by the line, unless there is one. */
  async added(watching: boolean): Promise<void> {
    const before = this.history.last()?.id ?? 0;
    await this.history.added();
    if (this.history.last()?.author.kind === 'me') {
      // Whoever answers has read what came before.
      this.firstUnseen = null;
      return;
    }
    const behind = this.firstUnseen !== null && this.firstUnseen <= this.#seen;
    if (watching || (this.firstUnseen !== null && !behind)) return;
    const unseen = this.history.messages.find(({ id, seen }) => id > before && !seen);
    this.firstUnseen = unseen?.id ?? this.firstUnseen;
  }

  /** The chat leaves the screen: when it comes back, the line stands where it then belongs. */
  leave(): void {
    const unseen = this.history.messages.find(({ id, seen }) => !seen && id > this.#seen);
    this.firstUnseen = unseen?.id ?? null;
  }

  /** Reads back to the first message that I have not seen, as far as the window onto the history goes. */
  async reachFirstUnseen(): Promise<void> {
    const { history, firstUnseen } = this;
    if (firstUnseen === null) return;
    while (history.moreBefore && history.messages.length < keptMessages && (history.messages[0]?.id ?? 0) > firstUnseen) {
      await history.readBefore();
    }
  }

  setTyping(nick: string | null, composing: boolean): void {
    this.#typingHeard += 1;
    const who = nick ?? this.chat.jid;
    const others = this.typing.filter((name) => name !== who);
    this.typing = composing ? [...others, who] : others;
  }

  /** Tells that everything up to a message was on screen before the user's eyes; each message once. */
  async markSeen(upTo: MessageId): Promise<void> {
    if (upTo <= this.#seen) return;
    const before = this.#seen;
    this.#seen = upTo;
    try {
      await ask('mark_seen', { chat: this.chat, up_to: upTo });
    } catch {
      // It stays unread and is told again with the next look at it.
      this.#seen = before;
    }
  }
}

class Conversations {
  open = $state.raw<Conversation | null>(null);
  failed = $state.raw<RefusedError | null>(null);
  #wanted: ChatRef | null = null;

  /** Opens a chat, or none. What was opened before stays on screen until the new one is there. */
  async show(chat: ChatRef | null): Promise<void> {
    this.#wanted = chat;
    this.failed = null;
    if (!chat) {
      this.open = null;
      return;
    }
    if (sameChat(this.open?.chat ?? null, chat)) return;
    try {
      const view = await ask('open_chat', { chat });
      if (sameChat(this.#wanted, chat)) this.open = new Conversation(view);
    } catch (error) {
      if (!sameChat(this.#wanted, chat)) return;
      this.open = null;
      this.failed = asRefused(error);
    }
  }

  /** The open conversation, if it is the one meant. */
  about(chat: ChatRef): Conversation | null {
    return this.open && sameChat(this.open.chat, chat) ? this.open : null;
  }
}

export const conversations = new Conversations();
