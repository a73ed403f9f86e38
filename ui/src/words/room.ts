import { currentLanguage, t, type MessageKey } from '../i18n/index.svelte';
import type { Affiliation, Channel, Occupant, Role, RoomCause, RoomNotify, RoomTrouble } from '../lib/contract';
import { dot } from './presence';

const roles = {
  moderator: 'room.role.moderator',
  participant: 'room.role.participant',
  visitor: 'room.role.visitor',
} as const satisfies Record<Role, MessageKey>;

const manyOfRole = {
  moderator: 'room.role.moderators',
  participant: 'room.role.participants',
  visitor: 'room.role.visitors',
} as const satisfies Record<Role, MessageKey>;

const ranks = {
  owner: 'room.rank.owner',
  admin: 'room.rank.admin',
  member: 'room.rank.member',
  outcast: 'room.rank.outcast',
  none: null,
} as const satisfies Record<Affiliation, MessageKey | null>;

export function roleHeading(role: Role): string {
  return t(manyOfRole[role]);
}

/** What somebody is to a room and may do in it. */
export function standing({ role, affiliation }: Pick<Occupant, 'role' | 'affiliation'>): string {
  const rank = ranks[affiliation];
  return rank ? [t(rank), t(roles[role])].join(dot) : t(roles[role]);
}

const causes = {
  kicked: 'room.out.kicked',
  banned: 'room.out.banned',
  rights_changed: 'room.out.rights_changed',
  members_only: 'room.out.members_only',
  shut_down: 'room.out.shut_down',
  connection_broke: 'room.out.connection_broke',
  closed: 'room.out.closed',
  password: 'room.out.password',
  nick_taken: 'room.out.nick_taken',
  full: 'room.out.full',
  no_such_room: 'room.out.no_such_room',
  may_not_create: 'room.out.may_not_create',
  other: 'room.out.other',
} as const satisfies Record<RoomCause, MessageKey>;

/** Why I am not in a room, who did it, and in their words. */
export function troubleWords({ cause, by, words }: RoomTrouble): string {
  const what = by && cause === 'kicked' ? t('room.out.kicked_by', { by }) : by && cause === 'banned' ? t('room.out.banned_by', { by }) : t(causes[cause]);
  return words ? t('room.out.with_words', { what, words }) : what;
}

const notify = {
  always: 'room.notify.always',
  on_mention: 'room.notify.on_mention',
  never: 'room.notify.never',
} as const satisfies Record<RoomNotify, MessageKey>;

export const roomNotifyChoices = Object.keys(notify) as RoomNotify[];

/** Of which messages of a room all of my devices tell. */
export function roomNotifyWords(choice: RoomNotify): string {
  return t(notify[choice]);
}

/** What a search service says of a room, in one line. */
export function channelWords({ jid, description, people, open, language }: Channel): string {
  const said = [
    people === null ? '' : t('channels.people', { n: people }),
    open === null ? '' : open ? t('channels.open') : t('channels.closed'),
    language ? languageName(language) : '',
    description ? jid : '',
  ];
  return said.filter((words) => words).join(dot);
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([currentLanguage()], { type: 'language' }).of(code) ?? code;
  } catch {
    // It is the service's word, and may be none.
    return code;
  }
}
