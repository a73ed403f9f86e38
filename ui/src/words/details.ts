import { formatLanguage, t, type MessageKey } from '../i18n/index.svelte';
import type { DeviceAbility, CardKind, Timestamp } from '../lib/contract';

/** What a clock shows that is so many minutes east of UTC. */
export function clockOf(now: Timestamp, offset: number): string {
  const shown = new Intl.DateTimeFormat(formatLanguage(), { weekday: 'short', hour: 'numeric', minute: '2-digit', timeZone: 'UTC' });
  return shown.format(now + offset * 60_000);
}

const abilities = {
  receipts: 'can.receipts',
  read_marks: 'can.read_marks',
  corrections: 'can.corrections',
  replies: 'can.replies',
  reactions: 'can.reactions',
  attention: 'can.attention',
  calls: 'can.calls',
  encryption: 'can.encryption',
} as const satisfies Record<DeviceAbility, MessageKey>;

/** What a device can do, in one line. */
export function abilityWords(all: DeviceAbility[]): string {
  return new Intl.ListFormat(formatLanguage(), { type: 'unit' }).format([...new Set(all)].map((ability) => t(abilities[ability])));
}

/** What a line of a card says. */
export function cardWords(kind: CardKind): string {
  switch (kind) {
    case 'name':
      return t('card.name');
    case 'nickname':
      return t('card.nickname');
    case 'email':
      return t('card.email');
    case 'phone':
      return t('card.phone');
    case 'url':
      return t('card.url');
    case 'birthday':
      return t('card.birthday');
    case 'organisation':
      return t('card.organisation');
    case 'title':
      return t('card.title');
    case 'role':
      return t('card.role');
    case 'address':
      return t('card.address');
    case 'note':
      return t('card.note');
  }
}
