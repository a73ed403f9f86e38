import { t, type MessageKey } from '../i18n/index.svelte';
import type { ActivityEntry, AlertPlan, Cell, Effect, EventKind, LaterWhy, Level, PopupForm, Rule, TraceStep } from '../lib/contract';
import { accountName, nameOf } from '../state/names';
import { joined, kindWords, soundWords } from './alerts';
import { hoursWords } from './hours';
import { roomNotifyWords } from './room';
import { clock } from './when';

const cells = {
  everything: 'cell.everything',
  popup: 'cell.popup',
  preview: 'cell.preview',
  sound: 'cell.sound',
  icon: 'cell.icon',
  tray: 'cell.tray',
  attention: 'cell.attention',
  speak: 'cell.speak',
  repeat: 'cell.repeat',
} as const satisfies Record<Cell, MessageKey>;

const rules = {
  already_seen: 'rule.already_seen',
  history: 'rule.history',
  in_front: 'rule.in_front',
  presence_burst: 'rule.presence_burst',
  burst_summary: 'rule.burst_summary',
  flapping: 'rule.flapping',
  muted: 'rule.muted',
  room_notify: 'rule.room_notify',
  own_busy: 'rule.own_busy',
  quiet_hours: 'rule.quiet_hours',
  desktop_do_not_disturb: 'rule.desktop_do_not_disturb',
  screen_private: 'rule.screen_private',
  discreet: 'rule.discreet',
  break_through: 'rule.break_through',
  follow_up: 'rule.follow_up',
  flood: 'rule.flood',
  other_device: 'rule.other_device',
  escalation: 'rule.escalation',
  sample: 'rule.sample',
} as const satisfies Record<Exclude<Rule['kind'], 'row'>, MessageKey>;

/** What a rule did, with the rule’s own words filled in; a value that was given needs none. */
const effects = {
  took: 'effect.took',
  changed: 'effect.changed',
  kept: 'effect.kept',
  delayed: 'effect.delayed',
  yielded: 'effect.yielded',
} as const satisfies Record<Exclude<Effect, 'gave'>, MessageKey>;

const happened = {
  generic: 'activity.generic',
  message: 'activity.message',
  message_followup: 'activity.message',
  message_in_front: 'activity.message',
  missed: 'activity.missed',
  mention: 'activity.mention',
  room_message: 'activity.room_message',
  reaction: 'activity.reaction',
  file_received: 'activity.file_received',
  attention: 'activity.attention',
  contact_available: 'activity.contact_available',
  contact_unavailable: 'activity.contact_unavailable',
  contact_status: 'activity.contact_status',
  contact_request: 'activity.contact_request',
  request_accepted: 'activity.request_accepted',
  room_invite: 'activity.room_invite',
  stranger_message: 'activity.stranger_message',
  message_sent: 'activity.message_sent',
  message_failed: 'activity.message_failed',
  connection_lost: 'activity.connection_lost',
  connection_restored: 'activity.connection_restored',
  account_attention: 'activity.account_attention',
} as const satisfies Record<EventKind, MessageKey>;

/** What happened. */
export function happenedWords(entry: ActivityEntry): string {
  return t(happened[entry.event], { name: entry.name });
}

const popupForms = {
  single: 'outcome.popup',
  summary: 'outcome.summary',
  friends: 'outcome.friends',
} as const satisfies Record<PopupForm, MessageKey>;

const puttingOff = {
  other_device: 'outcome.later_other_device',
  quiet_hours: 'outcome.later_quiet_hours',
  flapping: 'outcome.later_flapping',
  repeat: 'outcome.later_repeat',
} as const satisfies Record<LaterWhy['kind'], MessageKey>;

/** What was shown and heard of it. */
export function outcomeWords(plan: AlertPlan): string {
  const parts: string[] = [];
  if (plan.popup) parts.push(t(popupForms[plan.popup.form]));
  if (plan.sound) parts.push(t('outcome.sound', { sound: soundWords(plan.sound.sound) }));
  if (plan.speak) parts.push(t('outcome.speak'));
  if (plan.attention === 'flash') parts.push(t('outcome.flash'));
  else if (plan.attention !== 'none') parts.push(t('outcome.attention'));
  if (parts.length > 0) return joined(parts);
  if (plan.outcome.kind === 'later') return t(puttingOff[plan.outcome.why.kind], { time: clock(plan.outcome.at) });
  return plan.tray === 'none' ? t('outcome.nothing') : t('outcome.counted');
}

function cellWords(cell: Cell): string {
  return t(cells[cell]);
}

/** Whose a rule is. */
function levelWords(level: Level): string {
  switch (level.kind) {
    case 'built_in':
    case 'settings':
      return t('level.everybody');
    case 'profile':
      return t('level.profile', { name: level.name });
    case 'account':
      return accountName(level.account);
    case 'group':
      return t('level.group', { name: level.name });
    case 'chat':
    case 'watch':
      return nameOf(level.chat);
  }
}

/** A rule in words that name it and whose it is. */
function ruleWords({ rule }: TraceStep): string {
  if (rule.kind === 'quiet_hours') return t('rule.quiet_hours', { hours: hoursWords(rule.hours) });
  if (rule.kind === 'escalation') return t('rule.escalation', { n: rule.step });
  if (rule.kind === 'muted' && rule.level.kind !== 'settings') return t('rule.muted_of', { name: levelWords(rule.level) });
  if (rule.kind === 'room_notify') return t('rule.room_notify', { name: nameOf(rule.room), choice: roomNotifyWords(rule.notify) });
  if (rule.kind === 'discreet') return t('rule.discreet', { name: levelWords(rule.level) });
  if (rule.kind === 'break_through' && rule.level.kind !== 'settings') return t('rule.break_through_of', { name: levelWords(rule.level) });
  if (rule.kind !== 'row') return t(rules[rule.kind]);
  const { level, row: asked } = rule.source;
  const row = kindWords(asked);
  const generic = asked === 'generic' && rule.row !== 'generic';
  switch (level.kind) {
    case 'settings':
      return generic ? t('rule.row_generic') : t('rule.row_own', { row });
    case 'built_in':
      return generic ? t('rule.row_generic_built_in') : t('rule.row_built_in', { row });
    case 'profile':
      return t('rule.row_profile', { name: level.name, row });
    case 'account':
      return t('rule.row_account', { name: levelWords(level), row });
    case 'group':
      return t('rule.row_group', { name: level.name, row });
    case 'chat':
      return t('rule.row_chat', { name: levelWords(level), row });
    case 'watch':
      return t('rule.row_watch', { name: levelWords(level) });
  }
}

/** A step of the decision: what was done, and by which rule. */
function stepWords(step: TraceStep): string {
  const rule = ruleWords(step);
  return step.effect === 'gave' ? rule : t(effects[step.effect], { rule });
}

export interface WhyLine {
  cells: string;
  /** In the order of the decision; what a later step took away or changed is overruled. */
  steps: { words: string; overruled: boolean }[];
}

/** The story of each cell: what gave its value, and what was done to it. Cells with the same story share a line. */
export function whyLines(plan: AlertPlan): WhyLine[] {
  const told = new Map<Cell, TraceStep[]>();
  for (const step of plan.trace) told.set(step.cell, [...(told.get(step.cell) ?? []), step]);
  const lines = new Map<string, { cells: string[]; steps: WhyLine['steps'] }>();
  for (const [cell, trace] of told) {
    const overruled = (at: number) => trace.slice(at + 1).some(({ effect }) => effect === 'took' || effect === 'changed' || effect === 'gave');
    const steps = trace.map((step, at) => ({ words: stepWords(step), overruled: overruled(at) }));
    const story = steps.map(({ words }) => words).join('\n');
    const line = lines.get(story) ?? { cells: [], steps };
    line.cells.push(cellWords(cell));
    lines.set(story, line);
  }
  return [...lines.values()].map(({ cells, steps }) => ({ cells: joined(cells), steps }));
}
