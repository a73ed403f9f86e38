import { tick } from 'svelte';
import { t } from '../i18n/index.svelte';
import type { MessageId } from '../lib/contract';
import { fileBrief } from '../words/files';
import type { Conversation } from './conversation.svelte';
import { files } from './files.svelte';

/** What a screen reader says in passing. */
class Announcer {
  text = $state('');

  /** The same words twice are news only when they were gone in between. */
  async say(text: string): Promise<void> {
    this.text = '';
    await tick();
    this.text = text;
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
  await announcer.say(t('chat.announce', { name, text: file ? fileBrief(file) : last.body }));
}
