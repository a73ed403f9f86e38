import { keyOf, sameChat } from '../lib/chatref';
import type { ChatKind, ChatRef, ChatView, Message, MessageId, PrivateView, RoomView } from '../lib/contract';
import { ask, asRefused, type RefusedError } from '../lib/link';
import { Composing } from './composing.svelte';
import { Correcting } from './correcting.svelte';
import { History, keptMessages } from './history.svelte';
import { Pins } from './pins.svelte';
import { Replying } from './replying.svelte';
import { Selecting } from './selecting.svelte';

/** The chat that is open, with the part of its history that is in memory. */
export class Conversation {
  readonly chat: ChatRef;
  readonly history: History;
  /** A room that is being entered may be known as one only a moment later. */
  kind = $state<ChatKind>('contact');
  name = $state('');
  readonly composing: Composing;
  readonly correcting = new Correcting();
  readonly replying: Replying;
  readonly selecting = new Selecting();
  readonly pins: Pins;
  /** Where the line “New messages” stands; it stays while the chat is on screen. */
  firstUnseen = $state<MessageId | null>(null);
  typing = $state.raw<string[]>([]);
  room = $state.raw<RoomView | null>(null);
  /** With whom in a room it is private. */
  private = $state.raw<PrivateView | null>(null);
  /** Counts what was heard of typing: an answer from before it is older. */
  #typingHeard = 0;
  /** The messages that were reported as seen. */
  #reported = new Set<MessageId>();

  /** `composing` holds words that may not be in the view yet, `replying` what they answer. */
  constructor(view: ChatView, composing?: Composing, replying = new Replying()) {
    this.replying = replying;
    this.chat = view.summary.chat;
    this.kind = view.summary.kind;
    this.name = view.summary.name;
    this.composing = composing ?? new Composing(this.chat, view.summary.draft);
    this.firstUnseen = view.first_unseen;
    this.typing = view.typing;
    this.room = view.room;
    this.private = view.private;
    this.history = new History(this.chat, view.history);
    this.pins = new Pins(this.chat);
    this.pins.read();
  }

  /** Reads again what is not a message: name, who types, the room. */
  async refresh(): Promise<void> {
    const before = this.#typingHeard;
    const view = await ask('open_chat', { chat: this.chat });
    this.kind = view.summary.kind;
    this.name = view.summary.name;
    if (before === this.#typingHeard) this.typing = view.typing;
    this.room = view.room;
    this.private = view.private;
  }

  /** Reads again where I stand in the room, and what it is like. */
  async readRoom(): Promise<void> {
    this.room = await ask('room', { room: this.chat });
  }

  /** Reads again whether I can write to somebody in a room. */
  async readPrivate(): Promise<void> {
    this.private = await ask('private_chat', { chat: this.chat });
  }

  /** Messages came, maybe between older ones; what is not seen at once is marked off by the line, unless there is one. */
  async added(watching: boolean): Promise<void> {
    const { history } = this;
    const known = new Set(history.messages.map(({ id }) => id));
    await history.readAgain();
    const last = history.last();
    if (last?.author.kind === 'me' && !known.has(last.id)) {
      // Whoever answers has read what came before.
      this.firstUnseen = null;
      return;
    }
    const unseen = history.messages.find((message) => this.#isUnseen(message) && !known.has(message.id));
    if (!unseen) return;
    // What an archive fills in may lie where nobody looks.
    const between = history.messages.findLastIndex(({ id }) => known.has(id)) > history.at(unseen.id);
    if (watching && !between) return;
    const line = this.firstUnseen === null || this.#reported.has(this.firstUnseen) ? -1 : history.at(this.firstUnseen);
    if (line < 0 || history.at(unseen.id) < line) this.firstUnseen = unseen.id;
  }

  /** The chat leaves the screen: when it comes back, the line stands where it then belongs. */
  leave(): void {
    this.firstUnseen = this.history.messages.find((message) => this.#isUnseen(message))?.id ?? null;
  }

  /** Reads back to the first message that I have not seen, as far as the window onto the history goes. */
  async reachFirstUnseen(): Promise<void> {
    const { history, firstUnseen } = this;
    if (firstUnseen === null) return;
    while (history.moreBefore && history.messages.length < keptMessages && history.at(firstUnseen) < 0) {
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
    const above = this.history.messages.slice(0, this.history.at(upTo) + 1);
    const unseen = above.filter((message) => this.#isUnseen(message)).map(({ id }) => id);
    if (unseen.length === 0) return;
    for (const id of unseen) this.#reported.add(id);
    try {
      await ask('mark_seen', { chat: this.chat, up_to: upTo });
    } catch {
      // They stay unread and are told again with the next look at them.
      for (const id of unseen) this.#reported.delete(id);
    }
  }

  #isUnseen({ id, seen }: Message): boolean {
    return !seen && !this.#reported.has(id);
  }
}

class Conversations {
  open = $state.raw<Conversation | null>(null);
  failed = $state.raw<RefusedError | null>(null);
  #wanted: ChatRef | null = null;
  /** What was typed in the chats that were left, by chat. */
  #left = new Map<string, Composing>();
  /** What that answers. */
  #answered = new Map<string, Replying>();

  /** Opens a chat, or none. What was opened before stays on screen until the new one is there. */
  async show(chat: ChatRef | null): Promise<void> {
    this.#wanted = chat;
    this.failed = null;
    if (!chat) {
      this.#put(null);
      return;
    }
    if (sameChat(this.open?.chat ?? null, chat)) return;
    try {
      const view = await ask('open_chat', { chat });
      if (!sameChat(this.#wanted, chat)) return;
      // What is on its way to the resident is newer than what it answered.
      const composing = this.#left.get(keyOf(chat));
      this.#put(new Conversation(view, composing?.unkept ? composing : undefined, this.#answered.get(keyOf(chat))));
    } catch (error) {
      if (!sameChat(this.#wanted, chat)) return;
      this.#put(null);
      this.failed = asRefused(error);
    }
  }

  /** Somebody in a room is called something else now: what is typed to them goes along. Answers the words that are not kept yet. */
  moved(from: ChatRef): string {
    const composing = this.about(from)?.composing ?? this.#left.get(keyOf(from));
    this.#left.delete(keyOf(from));
    this.#answered.delete(keyOf(from));
    return composing?.movesAway() ?? '';
  }

  #put(next: Conversation | null): void {
    if (this.open) {
      this.#left.set(keyOf(this.open.chat), this.open.composing);
      this.#answered.set(keyOf(this.open.chat), this.open.replying);
    }
    this.open = next;
  }

  /** The open conversation, if it is the one meant. */
  about(chat: ChatRef): Conversation | null {
    return this.open && sameChat(this.open.chat, chat) ? this.open : null;
  }
}

export const conversations = new Conversations();
