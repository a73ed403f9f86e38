import { t } from '../i18n/index.svelte';
import type { Author } from '../lib/contract';

/** Who said something, in a chat with or in `chat`. */
export function authorName(author: Author, chat: string): string {
  if (author.kind === 'me') return t('chat.me');
  return author.kind === 'occupant' ? author.nick : chat;
}
