import { t, type MessageKey } from '../i18n/index.svelte';
import type { EventKind, RowSentence, SaidPopup } from '../lib/contract';
import { joined, soundWords } from './alerts';

const whens = {
  generic: 'when.generic',
  message: 'when.message',
  message_followup: 'when.message_followup',
  message_in_front: 'when.message_in_front',
  missed: 'when.missed',
  mention: 'when.mention',
  room_message: 'when.room_message',
  reaction: 'when.reaction',
  file_received: 'when.file_received',
  attention: 'when.attention',
  contact_available: 'when.contact_available',
  contact_unavailable: 'when.contact_unavailable',
  contact_status: 'when.contact_status',
  contact_request: 'when.contact_request',
  request_accepted: 'when.request_accepted',
  room_invite: 'when.room_invite',
  stranger_message: 'when.stranger_message',
  message_sent: 'when.message_sent',
  message_failed: 'when.message_failed',
  connection_lost: 'when.connection_lost',
  connection_restored: 'when.connection_restored',
  account_attention: 'when.account_attention',
} as const satisfies Record<EventKind, MessageKey>;

/** With what a popup is shown. */
function withWords({ preview, icon }: SaidPopup): string {
  if (preview === 'nothing') return t('sentence.discreet');
  if (preview === 'sender') return t(icon === 'avatar' ? 'sentence.sender_picture' : 'sentence.sender');
  return t(icon === 'avatar' ? 'sentence.full_picture' : 'sentence.full');
}

function popupPart(popup: SaidPopup): string {
  const shows = withWords(popup);
  if (popup.sticky) return t('sentence.sticky', { shows });
  return popup.seconds === null ? t('sentence.banner', { shows }) : t('sentence.banner_for', { n: popup.seconds, shows });
}

/** What a row does, as one would say it to a friend. */
export function rowSentence(said: RowSentence): string {
  const parts: string[] = [];
  if (said.popup) parts.push(popupPart(said.popup));
  if (said.sound) parts.push(t('sentence.sound', { sound: soundWords(said.sound.sound), volume: said.sound.volume }));
  if (said.speak) parts.push(t('sentence.speak'));
  if (said.tray === 'badge') parts.push(t('sentence.badge'));
  if (said.tray === 'blink') parts.push(t('sentence.blink'));
  if (said.attention === 'flash') parts.push(t('sentence.flash'));
  if (said.attention === 'once') parts.push(t('sentence.once'));
  if (said.attention === 'until_seen') parts.push(t('sentence.until_seen'));
  if (said.repeat) parts.push(t('sentence.repeat', { n: said.repeat.times, every: said.repeat.every }));
  const when = t(whens[said.when]);
  return parts.length === 0 ? t('sentence.nothing', { when }) : t('sentence.whole', { when, parts: joined(parts) });
}
