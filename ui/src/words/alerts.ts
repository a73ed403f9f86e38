import { formatLanguage, t, type MessageKey } from '../i18n/index.svelte';
import type { Attention, CellSource, EventKind, Icon, Level, Popup, Preview, Sense, Sound, TrayAction, Whose } from '../lib/contract';
import { everybody, setIn } from '../lib/whose';
import { nameOf } from '../state/names';

const kinds = {
  generic: 'event.generic',
  message: 'event.message',
  message_followup: 'event.message_followup',
  message_in_front: 'event.message_in_front',
  missed: 'event.missed',
  mention: 'event.mention',
  room_message: 'event.room_message',
  reaction: 'event.reaction',
  file_received: 'event.file_received',
  attention: 'event.attention',
  contact_available: 'event.contact_available',
  contact_unavailable: 'event.contact_unavailable',
  contact_status: 'event.contact_status',
  contact_request: 'event.contact_request',
  request_accepted: 'event.request_accepted',
  room_invite: 'event.room_invite',
  stranger_message: 'event.stranger_message',
  message_sent: 'event.message_sent',
  message_failed: 'event.message_failed',
  connection_lost: 'event.connection_lost',
  connection_restored: 'event.connection_restored',
  account_attention: 'event.account_attention',
} as const satisfies Record<EventKind, MessageKey>;

const explained = {
  generic: 'event.generic_help',
  message: 'event.message_help',
  message_followup: 'event.message_followup_help',
  message_in_front: 'event.message_in_front_help',
  missed: 'event.missed_help',
  mention: 'event.mention_help',
  room_message: 'event.room_message_help',
  reaction: 'event.reaction_help',
  file_received: 'event.file_received_help',
  attention: 'event.attention_help',
  contact_available: 'event.contact_available_help',
  contact_unavailable: 'event.contact_unavailable_help',
  contact_status: 'event.contact_status_help',
  contact_request: 'event.contact_request_help',
  request_accepted: 'event.request_accepted_help',
  room_invite: 'event.room_invite_help',
  stranger_message: 'event.stranger_message_help',
  message_sent: 'event.message_sent_help',
  message_failed: 'event.message_failed_help',
  connection_lost: 'event.connection_lost_help',
  connection_restored: 'event.connection_restored_help',
  account_attention: 'event.account_attention_help',
} as const satisfies Record<EventKind, MessageKey>;

const popups = {
  none: 'popup.none',
  banner: 'popup.banner',
  sticky: 'popup.sticky',
} as const satisfies Record<Popup, MessageKey>;

const previews = {
  full: 'preview.full',
  sender: 'preview.sender',
  nothing: 'preview.nothing',
} as const satisfies Record<Preview, MessageKey>;

const trays = {
  none: 'tray.none',
  badge: 'tray.badge',
  blink: 'tray.blink',
} as const satisfies Record<TrayAction, MessageKey>;

const attentions = {
  none: 'attention.none',
  flash: 'attention.flash',
  once: 'attention.once',
  until_seen: 'attention.until_seen',
} as const satisfies Record<Attention, MessageKey>;

const senses = {
  popup: 'sense.popup',
  sound: 'sense.sound',
  attention: 'sense.attention',
  speech: 'sense.speech',
} as const satisfies Record<Sense, MessageKey>;

/** Names of the built-in sounds that this version knows; others are shown by their own name. */
const sounds: Record<string, MessageKey> = {
  accept: 'sound.accept',
  bell: 'sound.bell',
  buzz: 'sound.buzz',
  chime: 'sound.chime',
  'double-bell': 'sound.double_bell',
  fail: 'sound.fail',
  fall: 'sound.fall',
  knock: 'sound.knock',
  'knock-knock': 'sound.knock_knock',
  rise: 'sound.rise',
  tick: 'sound.tick',
  warning: 'sound.warning',
};

export const popupChoices = Object.keys(popups) as Popup[];
export const previewChoices = Object.keys(previews) as Preview[];
export const trayChoices = Object.keys(trays) as TrayAction[];
export const attentionChoices = Object.keys(attentions) as Attention[];

export const senseChoices = Object.keys(senses) as Sense[];

export const kindWords = (kind: EventKind): string => t(kinds[kind]);
export const kindHelp = (kind: EventKind): string => t(explained[kind]);
export const popupWords = (popup: Popup): string => t(popups[popup]);
export const previewWords = (preview: Preview): string => t(previews[preview]);
export const trayWords = (tray: TrayAction): string => t(trays[tray]);
export const attentionWords = (attention: Attention): string => t(attentions[attention]);
export const senseWords = (sense: Sense): string => t(senses[sense]);

/** Where a cell's value comes from, seen from its row in its scope: a name to go by, and words. */
export interface Origin {
  name: 'own' | 'built_in' | 'parent' | 'parent_built_in' | 'generic' | 'generic_built_in' | Exclude<Level['kind'], 'built_in'>;
  words: string;
}

/** In the General row itself its default is simply Carillon’s. */
export function origin({ level, row }: CellSource, kind: EventKind, whose: Whose = everybody): Origin {
  const parent = row !== kind && row !== 'generic';
  if (setIn(level, whose)) {
    if (row === kind) return { name: 'own', words: t('source.own') };
    if (parent) return { name: 'parent', words: t('source.parent', { row: kindWords(row) }) };
    return { name: 'generic', words: t('source.generic') };
  }
  switch (level.kind) {
    case 'settings':
      return { name: level.kind, words: t('source.settings') };
    case 'built_in':
      if (row === kind) return { name: 'built_in', words: t('source.built_in') };
      if (parent) return { name: 'parent_built_in', words: t('source.parent_built_in', { row: kindWords(row) }) };
      return { name: 'generic_built_in', words: t('source.generic_built_in') };
    case 'profile':
      return { name: level.kind, words: t('source.profile', { name: level.name }) };
    case 'account':
      return { name: level.kind, words: t('source.account') };
    case 'group':
      return { name: level.kind, words: t('source.group', { name: level.name }) };
    case 'chat':
    case 'watch':
      return { name: level.kind, words: t('source.chat', { name: nameOf(level.chat) }) };
  }
}

/** The same in a word or two, for a small cell. */
export function originBrief({ level, row }: CellSource, kind: EventKind, whose: Whose = everybody): string {
  if (setIn(level, whose)) return row === kind ? t('source.brief_own') : kindWords(row);
  switch (level.kind) {
    case 'settings':
      return t('source.brief_settings');
    case 'built_in':
      return t('source.brief_built_in');
    case 'account':
      return t('source.brief_account');
    case 'profile':
    case 'group':
      return level.name;
    case 'chat':
    case 'watch':
      return nameOf(level.chat);
  }
}

/** The last part of a path, of either system. */
function fileName(path: string): string {
  return path.split(/[/\\]/).pop() || path;
}

function builtin(value: string): string | null {
  return value.startsWith('builtin:') ? value.slice('builtin:'.length) : null;
}

function ownFile(value: string): string | null {
  return value.startsWith('file:') ? fileName(value.slice('file:'.length)) : null;
}

/** A sound's name: `none`, `builtin:NAME`, `pack:NAME/EVENT` or `file:PATH`. */
export function soundWords(sound: Sound): string {
  if (sound === 'none') return t('sound.none');
  const pack = /^pack:(.+)\/([^/]+)$/.exec(sound);
  if (pack) return t('pack.sound', { pack: pack[1]!, event: eventWords(pack[2]!) });
  const name = builtin(sound);
  if (name === null) return ownFile(sound) ?? sound;
  const key = sounds[name];
  return key ? t(key) : name;
}

/** An event by its name; a pack may name some that this version does not know. */
export function eventWords(event: string): string {
  return event in kinds ? kindWords(event as EventKind) : event;
}

/** An icon's name: `avatar`, `builtin:NAME` or `file:PATH`. */
export function iconWords(icon: Icon): string {
  if (icon === 'avatar') return t('icon.avatar');
  const name = builtin(icon);
  if (name === null) return ownFile(icon) ?? icon;
  if (name === 'new') return t('icon.new');
  const key = kinds[name as EventKind];
  return key ? t(key) : name;
}

/** `a, b and c`, as the language says it. */
export function joined(parts: string[]): string {
  return new Intl.ListFormat(formatLanguage(), { type: 'conjunction' }).format(parts);
}
