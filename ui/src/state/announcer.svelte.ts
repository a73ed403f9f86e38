import { tick } from 'svelte';
import { t } from '../i18n/index.svelte';
import type { MessageId } from '../lib/contract';
import { fileBrief } from '../words/files';
import type { Conversation } from './conversation.svelte';
import { files } from './files.svelte';

/** What a screen reader says in passing. */
class Announcer {
  text = $state('');
  #of: MessageId | null = null;

  /** The same words twice are news only when they were gone in between. `of`: the message that they tell. */
  async say(text: string, of: MessageId | null = null): Promise<void> {
    this.text = '';
    this.#of = of;
    await tick();
    if (this.#of === of) this.text = text;
  }

  /** A message is gone: whoever reads on in the page must not come upon its words. */
  forget(of: MessageId): void {
    if (this.#of !== of) return;
    this.#of = null;
    this.text = '';
  }
}

export const announcer = new Announcer();
const told = new WeakMap<Conversation, MessageId>();

/** Says what came last in the open chat, once. */
export async function announce(open: Conversation): Promise<void> {
  const last = open.history.last();
  if (!last || last.author.kind === 'me' || told.get(open) === last.id || last.seen) return;
  told.set(open, last.id);
  const name = last.author.kind === 'occupant' ? last.author.nick : open.name;
  const file = files.of(last);
  await announcer.say(t('chat.announce', { name, text: file ? fileBrief(file) : last.body }), last.id);
}
