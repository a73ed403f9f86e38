/** The alert rows as the resident answers them, for development and tests. */
import type {
  ActivityEntry,
  AlertPlan,
  AlertRows,
  AlertRowView,
  CellSource,
  Effective,
  EffectiveRow,
  EventKind,
  Level,
  Row,
  RowSentence,
  Rule,
  RulePlace,
  TraceStep,
} from '../lib/contract';
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
  speak: null,
  repeat: null,
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
  speak: false,
  repeat: { times: 0, every: 0, escalate: [] },
};

const silent: Partial<Row> = { sound: 'none', speak: false, repeat: root.repeat, attention: 'none' };
const quiet: Partial<Row> = { ...silent, popup: 'none' };
const sticky: Partial<Row> = { popup: 'sticky', attention: 'until_seen' };

const builtIn: Record<EventKind, Partial<Row>> = {
  generic: {},
  message: { sound: 'builtin:bell', icon: 'avatar' },
  message_followup: { ...silent, speak: undefined, icon: 'avatar' },
  message_in_front: { ...quiet, tray: 'none', icon: 'builtin:message_in_front' },
  missed: { icon: 'builtin:missed' },
  mention: { sound: 'builtin:double-bell', icon: 'builtin:mention' },
  room_message: { ...quiet, icon: 'builtin:room_message' },
  reaction: { ...quiet, tray: 'none', icon: 'builtin:reaction' },
  file_received: { icon: 'builtin:file_received' },
  attention: { ...sticky, sound: 'builtin:buzz', icon: 'builtin:attention' },
  contact_available: { seconds: 5, sound: 'builtin:rise', tray: 'none', attention: 'none', icon: 'builtin:contact_available' },
  contact_unavailable: { ...quiet, tray: 'none', icon: 'builtin:contact_unavailable' },
  contact_status: { ...quiet, tray: 'none', icon: 'builtin:contact_status' },
  contact_request: { ...sticky, sound: 'builtin:knock', icon: 'builtin:contact_request' },
  request_accepted: { sound: 'builtin:accept', tray: 'none', icon: 'builtin:request_accepted' },
  room_invite: { ...sticky, sound: 'builtin:knock-knock', icon: 'builtin:room_invite' },
  stranger_message: { ...quiet, preview: 'nothing', icon: 'builtin:stranger_message' },
  message_sent: { ...quiet, tray: 'none', icon: 'builtin:message' },
  message_failed: { sound: 'builtin:fail', icon: 'builtin:message_failed' },
  connection_lost: { ...quiet, tray: 'none', icon: 'builtin:connection_lost' },
  connection_restored: { ...quiet, tray: 'none', icon: 'builtin:connection_restored' },
  account_attention: { ...sticky, sound: 'builtin:warning', icon: 'builtin:account_attention' },
};

const parents: Partial<Record<EventKind, EventKind>> = { message_followup: 'message', message_in_front: 'message', missed: 'message', file_received: 'message' };

export const kinds = Object.keys(builtIn) as EventKind[];

/** A scope with rows of its own, from the weakest to the strongest. */
export interface Layer {
  level: Level;
  rows: AlertRows;
}

/** Whether a cell tells nothing; only such a value of a parent’s row stands before a default that tells nothing. */
function tellsNothing(value: unknown): boolean {
  return value === 'none' || value === false;
}

export function effective(kind: EventKind, rows: AlertRows, stronger: Layer[] = []): EffectiveRow {
  const chain = [...new Set<EventKind>([kind, parents[kind] ?? 'generic', 'generic'])];
  function cell<K extends keyof Row>(name: K): Effective<NonNullable<Row[K]>> {
    for (const { level, rows } of [...stronger].reverse()) {
      for (const row of chain) {
        const own = rows[row]?.[name];
        const passes = row === kind || tellsNothing(own) || !tellsNothing(builtIn[kind][name]);
        if (own !== null && own !== undefined && passes) return { value: own as NonNullable<Row[K]>, source: { level, row } };
      }
    }
    for (const row of chain) {
      const own = rows[row]?.[name];
      if (own !== null && own !== undefined) return { value: own as NonNullable<Row[K]>, source: { level: { kind: 'settings' }, row } };
      const given = builtIn[row][name];
      if (given !== null && given !== undefined) return { value: given as NonNullable<Row[K]>, source: { level: { kind: 'built_in' }, row } };
    }
    return { value: root[name], source: { level: { kind: 'built_in' }, row: 'generic' } };
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
    speak: cell('speak'),
    repeat: cell('repeat'),
  };
}

/** A row in the parts of a sentence. */
export function sentence(row: EffectiveRow): RowSentence {
  const sticky = row.popup.value === 'sticky';
  const reaches = row.popup.value !== 'none' || row.sound.value !== 'none' || row.attention.value !== 'none' || row.speak.value;
  return {
    when: row.kind,
    popup:
      row.popup.value === 'none'
        ? null
        : { sticky, seconds: sticky ? null : row.seconds.value || null, preview: row.preview.value, icon: row.icon.value },
    sound: row.sound.value === 'none' ? null : { sound: row.sound.value, volume: row.volume.value },
    speak: row.speak.value,
    tray: row.tray.value === 'none' ? null : row.tray.value,
    attention: row.attention.value === 'none' ? null : row.attention.value,
    repeat: reaches && row.repeat.value.times > 0 ? row.repeat.value : null,
  };
}

/** All rows of somebody; `own` are those of the scope itself. */
export function alertRows(rows: AlertRows, stronger: Layer[] = [], own: AlertRows = rows): AlertRowView[] {
  return kinds.map((kind) => {
    const row = effective(kind, rows, stronger);
    return { kind, own: { ...emptyRow, ...own[kind] }, effective: row, sentence: sentence(row) };
  });
}

export const builtInSounds = ['chime', 'bell', 'double-bell', 'rise', 'fall', 'knock', 'knock-knock', 'accept', 'fail', 'warning', 'tick', 'buzz'];
export const builtInIcons = ['new', ...kinds.filter((kind) => kind !== 'generic')];

export function plan(kind: EventKind, overruled: Rule[] = []): AlertPlan {
  const row = effective(kind, {});
  const step = (cell: TraceStep['cell'], source: CellSource): TraceStep => ({ cell, effect: 'gave', rule: { kind: 'row', row: kind, source } });
  const silent = overruled.length > 0;
  return {
    kind,
    outcome: { kind: 'now' },
    popup:
      silent || row.popup.value === 'none'
        ? null
        : { sticky: row.popup.value === 'sticky', seconds: row.seconds.value || null, preview: row.preview.value, form: 'single' },
    sound: silent || row.sound.value === 'none' ? null : { sound: row.sound.value, volume: row.volume.value },
    icon: row.icon.value,
    tray: row.tray.value,
    attention: silent ? 'none' : row.attention.value,
    speak: false,
    repeat: null,
    breaks_through: false,
    ends_watch: null,
    replace_key: '',
    trace: [
      step('popup', row.popup.source),
      step('sound', row.sound.source),
      step('tray', row.tray.source),
      ...overruled.map((rule): TraceStep => ({ cell: 'sound', effect: 'took', rule })),
    ],
  };
}

export function sampleActivity(now: number): ActivityEntry[] {
  const chat = { account: 1, jid: 'bob@harbour.example' };
  const lines: [EventKind, string, number, Rule[]][] = [
    ['message', 'Bob Nowak', 5 * minute, []],
    ['contact_available', 'Hiro Tanaka', 20 * minute, []],
    ['message', 'Carla Méndez', 45 * minute, [{ kind: 'muted', level: { kind: 'settings' } }]],
    ['contact_request', 'Jonas', hour, []],
    ['stranger_message', 'offers@loud.example', 2 * hour, []],
    ['room_invite', 'garden', 3 * hour, []],
    ['contact_available', 'Emeka Obi', 26 * hour, [{ kind: 'presence_burst' }]],
  ];
  const places: Partial<Record<Rule['kind'], RulePlace>> = { muted: { kind: 'mute', whose: { kind: 'everybody' } }, presence_burst: { kind: 'presence' } };
  const row = (event: EventKind): RulePlace => ({ kind: 'row', whose: { kind: 'everybody' }, row: event });
  return lines.map(([event, name, ago, overruled], i) => ({
    id: lines.length - i,
    at: now - ago,
    event,
    chat,
    name,
    plan: plan(event, overruled),
    decided: overruled[0] ? (places[overruled[0].kind] ?? null) : row(event),
  }));
}
