import { t } from '../i18n/index.svelte';
import type { ChatSummary, PrivateView } from '../lib/contract';

/** What a chat is called where its name stands alone: somebody in a room with the room. */
export function fullName({ name, room }: Pick<ChatSummary, 'name' | 'room'>): string {
  return room === null ? name : t('private.name', { nick: name, room });
}

/** Why one cannot write now; empty where one can. */
export function privateWords({ state, nick, room_name: room }: PrivateView): string {
  switch (state) {
    case 'ready':
      return '';
    case 'outside':
      return t('private.outside', { nick, room });
    case 'joining':
      return t('private.joining', { room });
    case 'gone':
      return t('private.gone', { nick, room });
    case 'somebody_else':
      return t('private.somebody_else', { nick, room });
    case 'unsure':
      return t('private.unsure', { nick, room });
    case 'blocked':
      return t('private.blocked', { nick });
  }
}
