import { t, type MessageKey } from '../i18n/index.svelte';
import type { Affiliation } from '../lib/contract';

/** The lists that a room keeps; of those who are nothing to it there is none. */
export type Listed = Exclude<Affiliation, 'none'>;

export const lists = ['owner', 'admin', 'member', 'outcast'] as const satisfies readonly Listed[];

const rank: Record<Affiliation, number> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };

/** Whether I may make somebody who is `from` into `to`, as the resident judges it too (XEP-0045 §9, §10). */
export function mayChange(me: Affiliation, from: Affiliation, to: Affiliation): boolean {
  if (me === 'owner') return true;
  return me === 'admin' && rank[from] < rank.admin && rank[to] < rank.admin;
}

const names = {
  owner: 'rooms.list.owners',
  admin: 'rooms.list.admins',
  member: 'rooms.list.members',
  outcast: 'rooms.list.banned',
} as const satisfies Record<Listed, MessageKey>;

export function listName(list: Listed): string {
  return t(names[list]);
}

const ranks = {
  owner: 'rooms.as.owner',
  admin: 'rooms.as.admin',
  member: 'rooms.as.member',
  outcast: 'rooms.as.outcast',
  none: 'rooms.as.none',
} as const satisfies Record<Affiliation, MessageKey>;

/** What somebody is to be. */
export function asWords(affiliation: Affiliation): string {
  return t(ranks[affiliation]);
}
