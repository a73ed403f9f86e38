/** Files of the chats on screen: what messages hand over, and what is still to be sent. */
import { SvelteMap } from 'svelte/reactivity';
import { keyOf } from '../lib/chatref';
import { Coalesced } from '../lib/coalesced';
import type { ChatRef, FileView, Message, MessageId, TransferView } from '../lib/contract';
import { ask } from '../lib/link';

/** So many are asked for at once. */
const limit = 200;
/** What is pasted is kept in memory four times on its way; a larger file is chosen or dropped. */
export const largestPasted = 11 * 1024 * 1024;

/** A file’s message says its address and nothing else. */
const address = /^https?:\/\/\S+$/;

class Files {
  #files = new SvelteMap<MessageId, FileView>();
  #sending = new SvelteMap<string, TransferView[]>();
  /** Which chat each message that was asked for belongs to. */
  #chats = new Map<MessageId, string>();
  #wanted = new Set<MessageId>();
  #reading = new Coalesced(() => this.#read());

  /** Knows of none. */
  forget(): void {
    this.#files.clear();
    this.#sending.clear();
    this.#chats.clear();
    this.#wanted.clear();
  }

  /** The file that a message hands over, once it is known. */
  of(message: Message): FileView | undefined {
    return this.#files.get(message.id);
  }

  /** What is to be sent in a chat. */
  sending(chat: ChatRef): TransferView[] {
    return this.#sending.get(keyOf(chat)) ?? [];
  }

  /** A message is on screen: whether it hands over a file is found out. */
  want({ id, chat, body }: Message): void {
    if (!address.test(body.trim()) || this.#chats.has(id)) return;
    this.#chats.set(id, keyOf(chat));
    this.#wanted.add(id);
    this.#reading.want();
  }

  async readSending(chat: ChatRef): Promise<void> {
    this.#sending.set(keyOf(chat), await ask('transfers', { chat }));
  }

  /** Something has changed about a chat’s files. */
  changed(chat: ChatRef): void {
    const key = keyOf(chat);
    for (const id of this.#files.keys()) if (this.#chats.get(id) === key) this.#wanted.add(id);
    if (this.#wanted.size > 0) this.#reading.want();
    void this.readSending(chat).catch(() => undefined);
  }

  async #read(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (let from = 0; from < wanted.length; from += limit) {
      const messages = wanted.slice(from, from + limit);
      // What cannot be read now is read with the next change.
      const found = await ask('files', { messages }).catch(() => []);
      for (const file of found) this.#files.set(file.message, file);
    }
  }
}

export const files = new Files();

/** What was pasted, as the link carries it. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
