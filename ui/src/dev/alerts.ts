/** The alert rows as the resident answers them, for development and tests. */
import type { ActivityEntry, AlertPlan, AlertRowView, CellSource, Effective, EffectiveRow, EventKind, Row, Rule, TraceStep } from '../lib/contract';
import { hour, minute } from './people';

export const emptyRow: Row = {
  popup: null,
  seconds: null,
  preview: null,
  sound: null,
  volume: null,
  icon: null,
  tray: null,
  attention: null,
};

type Values = { [K in keyof Row]-?: NonNullable<Row[K]> };

const root: Values = {
  popup: 'banner',
  seconds: 0,
  preview: 'full',
  sound: 'builtin:chime',
  volume: 60,
  icon: 'builtin:new',
  tray: 'badge',
  attention: 'once',
};

const quiet: Partial<Row> = { popup: 'none', sound: 'none', attention: 'none' };
const sticky: Partial<Row> = { popup: 'sticky', attention: 'until_seen' };

const builtIn: Record<EventKind, Partial<Row>> = {
  generic: {},
  message: { sound: 'builtin:bell', icon: 'avatar' },
  message_in_front: { ...quiet, tray: 'none', icon: 'builtin:message_in_front' },
  contact_available: { seconds: 5, sound: 'builtin:rise', tray: 'none', attention: 'none', icon: 'builtin:contact_available' },
  contact_unavailable: { ...quiet, tray: 'none', icon: 'builtin:contact_unavailable' },
  contact_request: { ...sticky, sound: 'builtin:knock', icon: 'builtin:contact_request' },
  request_accepted: { sound: 'builtin:accept', tray: 'none', icon: 'builtin:request_accepted' },
  room_invite: { ...sticky, sound: 'builtin:knock-knock', icon: 'builtin:room_invite' },
  stranger_message: { ...quiet, preview: 'nothing', icon: 'builtin:stranger_message' },
  message_failed: { sound: 'builtin:fail', icon: 'builtin:message_failed' },
  missed: { sound: 'builtin:bell', icon: 'builtin:missed' },
  account_attention: { ...sticky, sound: 'builtin:warning', icon: 'builtin:account_attention' },
};

export const kinds = Object.keys(builtIn) as EventKind[];

export function effective(kind: EventKind, rows: Partial<Record<EventKind, Row>>): EffectiveRow {
  const own = rows[kind] ?? emptyRow;
  const generic = rows.generic ?? emptyRow;
  function cell<K extends keyof Row>(name: K): Effective<NonNullable<Row[K]>> {
    const from = (value: Row[K] | undefined, source: CellSource) =>
      value === null || value === undefined ? null : { value: value as NonNullable<Row[K]>, source };
    return (
      from(own[name], 'own') ??
      from(builtIn[kind][name] as Row[K], 'built_in') ??
      from(generic[name], 'generic') ?? { value: root[name] as NonNullable<Row[K]>, source: 'generic_built_in' }
    );
  }
  return {
    kind,
    popup: cell('popup'),
    seconds: cell('seconds'),
    preview: cell('preview'),
    sound: cell('sound'),
    volume: cell('volume'),
    icon: cell('icon'),
    tray: cell('tray'),
    attention: cell('attention'),
  };
}

export function alertRows(rows: Partial<Record<EventKind, Row>>): AlertRowView[] {
  return kinds.map((kind) => ({ kind, own: rows[kind] ?? emptyRow, effective: effective(kind, rows) }));
}

export const builtInSounds = ['chime', 'bell', 'double-bell', 'rise', 'fall', 'knock', 'knock-knock', 'accept', 'fail', 'warning', 'tick', 'buzz'];
export const builtInIcons = ['new', ...kinds.filter((kind) => kind !== 'generic')];

export function plan(kind: EventKind, overruled: Rule[] = []): AlertPlan {
  const row = effective(kind, {});
  const step = (cell: TraceStep['cell'], source: CellSource): TraceStep => ({ cell, rule: { kind: 'row', row: kind, source } });
  const silent = overruled.length > 0;
  return {
    kind,
    popup:
      silent || row.popup.value === 'none'
        ? null
        : { sticky: row.popup.value === 'sticky', seconds: row.seconds.value || null, preview: row.preview.value, form: 'single' },
    sound: silent || row.sound.value === 'none' ? null : { sound: row.sound.value, volume: row.volume.value },
    icon: row.icon.value,
    tray: row.tray.value,
    attention: silent ? 'none' : row.attention.value,
    replace_key: '',
    trace: [
      step('popup', row.popup.source),
      step('sound', row.sound.source),
      step('tray', row.tray.source),
      ...overruled.map((rule): TraceStep => ({ cell: 'sound', rule })),
    ],
  };
}

export function sampleActivity(now: number): ActivityEntry[] {
  const chat = { account: 1, jid: 'bob@harbour.example' };
  const lines: [EventKind, string, number, Rule[]][] = [
    ['message', 'Bob Nowak', 5 * minute, []],
    ['contact_available', 'Hiro Tanaka', 20 * minute, []],
    ['message', 'Carla Méndez', 45 * minute, [{ kind: 'muted' }]],
    ['contact_request', 'Jonas', hour, []],
    ['stranger_message', 'offers@loud.example', 2 * hour, []],
    ['room_invite', 'garden', 3 * hour, []],
    ['contact_available', 'Emeka Obi', 26 * hour, [{ kind: 'presence_burst' }]],
  ];
  return lines.map(([event, name, ago, overruled], i) => ({
    id: lines.length - i,
    at: now - ago,
    event,
    chat,
    name,
    plan: plan(event, overruled),
  }));
}
