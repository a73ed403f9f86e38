import { t } from '../i18n/index.svelte';
import type { MessageId } from '../lib/contract';
import type { Conversation } from './conversation.svelte';

/** What a screen reader says in passing. */
class Announcer {
  text = $state('');
}

export const announcer = new Announcer();
const told = new WeakMap<Conversation, MessageId>();

/** Says what came last in the open chat, once. */
export function announce(open: Conversation): void {
  const last = open.history.last();
  if (!last || last.author.kind === 'me' || told.get(open) === last.id || last.seen) return;
  told.set(open, last.id);
  const name = last.author.kind === 'occupant' ? last.author.nick : open.name;
  announcer.text = t('chat.announce', { name, text: last.body });
}
