import type { MessageKey } from '../i18n/index.svelte';
import type { EventKind } from '../lib/contract';

/** Which events stand together on the screen. */
const places = {
  generic: 'all',
  message: 'messages',
  message_followup: 'messages',
  message_in_front: 'messages',
  missed: 'messages',
  file_received: 'messages',
  reaction: 'messages',
  attention: 'messages',
  message_sent: 'messages',
  message_failed: 'messages',
  contact_available: 'people',
  contact_unavailable: 'people',
  contact_status: 'people',
  contact_request: 'people',
  request_accepted: 'people',
  stranger_message: 'people',
  mention: 'rooms',
  room_message: 'rooms',
  room_invite: 'rooms',
  connection_lost: 'connection',
  connection_restored: 'connection',
  account_attention: 'connection',
} as const satisfies Record<EventKind, string>;

type Group = (typeof places)[EventKind];

const titles = {
  all: 'alerts.group_all',
  messages: 'alerts.group_messages',
  people: 'alerts.group_people',
  rooms: 'alerts.group_rooms',
  connection: 'alerts.group_connection',
} as const satisfies Record<Group, MessageKey>;

/** Some events in their groups, both in the order of the screen; groups without an event are left out. */
export function grouped<T extends { kind: EventKind }>(rows: readonly T[]): { group: Group; title: MessageKey; rows: T[] }[] {
  const order = Object.keys(places) as EventKind[];
  const sorted = [...rows].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return (Object.keys(titles) as Group[])
    .map((group) => ({ group, title: titles[group], rows: sorted.filter(({ kind }) => places[kind] === group) }))
    .filter(({ rows }) => rows.length > 0);
}

/** Those that somebody would want to pass what silences; the rest tells of oneself, or follows its parent row. */
export const kindsThatMayBreakThrough = ['message', 'mention', 'attention', 'contact_request', 'room_invite', 'contact_available', 'message_failed', 'account_attention'] as const satisfies EventKind[];
