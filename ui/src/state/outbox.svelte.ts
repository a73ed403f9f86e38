/** What the user has chosen, dropped or pasted, and looks at before it goes. */
import { sameChat } from '../lib/chatref';
import type { ChatRef, FileToSend, LookedAt } from '../lib/contract';
import { ask, asRefused } from '../lib/link';

/** One file that is about to go. */
export class Item {
  readonly chat: ChatRef;
  readonly file: FileToSend;
  /** The message’s id: a second try can never be a second message. */
  readonly id = crypto.randomUUID();
  name = $state('');
  looked = $state.raw<LookedAt | null>(null);
  /** The user wants the picture smaller. */
  smaller = $state(false);
  /** Why it cannot be sent. */
  refused = $state.raw('');

  constructor(chat: ChatRef, file: FileToSend) {
    this.chat = chat;
    this.file = file;
    this.name = file.kind === 'pasted' ? file.name : (file.path.split(/[/\\]/).at(-1) ?? '');
  }

  async look(): Promise<void> {
    try {
      this.looked = await ask('look_at_file', { file: this.file });
      this.name = this.looked.name;
    } catch (error) {
      this.refused = asRefused(error).message;
    }
  }

  async send(): Promise<void> {
    const { chat, id, file } = this;
    const smaller = this.smaller && !!this.looked?.picture?.smaller;
    if (file.kind === 'path') await ask('send_file', { chat, id, path: file.path, smaller });
    else await ask('send_pasted', { chat, id, name: file.name, bytes: file.bytes, smaller });
  }
}

class Outbox {
  #all = $state.raw<Item[]>([]);
  /** They are on their way to the resident. */
  busy = $state(false);

  /** Knows of none. */
  forget(): void {
    this.#all = [];
    this.busy = false;
  }

  of(chat: ChatRef): Item[] {
    return this.#all.filter((item) => sameChat(item.chat, chat));
  }

  put(chat: ChatRef, files: FileToSend[]): void {
    const items = files.map((file) => new Item(chat, file));
    this.#all = [...this.#all, ...items];
    for (const item of items) void item.look();
  }

  take(item: Item): void {
    this.#all = this.#all.filter((one) => one !== item);
  }

  clear(chat: ChatRef): void {
    this.#all = this.#all.filter((item) => !sameChat(item.chat, chat));
  }

  /** One after the other, in their order. What is refused stays, with the reason. */
  async send(chat: ChatRef): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (const item of this.of(chat)) {
      // It was taken out while another one was on its way.
      if (!this.#all.includes(item)) continue;
      try {
        await item.send();
        this.take(item);
      } catch (error) {
        item.refused = asRefused(error).message;
      }
    }
    this.busy = false;
  }
}

export const outbox = new Outbox();
