import { t, type MessageKey } from '../i18n/index.svelte';
import type { ActivityEntry, AlertPlan, Cell, EventKind, Rule, TraceStep } from '../lib/contract';
import { joined, kindWords, soundWords } from './alerts';

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

/** What was shown and heard of it. */
export function outcomeWords(plan: AlertPlan): string {
  const parts: string[] = [];
  if (plan.popup) parts.push(plan.popup.form === 'single' ? t('outcome.popup') : t('outcome.summary'));
  if (plan.sound) parts.push(t('outcome.sound', { sound: soundWords(plan.sound.sound) }));
  if (plan.speak) parts.push(t('outcome.speak'));
  if (plan.attention !== 'none') parts.push(t('outcome.attention'));
  if (parts.length > 0) return joined(parts);
  if (plan.outcome.kind === 'later') return t('outcome.later');
  return plan.tray === 'none' ? t('outcome.nothing') : t('outcome.counted');
}

export function cellWords(cell: Cell): string {
  return t(cells[cell]);
}

/** Why a cell of the plan is as it is. */
export function ruleWords({ rule }: TraceStep): string {
  if (rule.kind === 'quiet_hours') return t('rule.quiet_hours', { from: rule.hours.from, to: rule.hours.to });
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
      return t('rule.row_account', { row });
    case 'group':
      return t('rule.row_group', { name: level.name, row });
    case 'chat':
      return t('rule.row_chat', { name: level.chat.jid, row });
    case 'watch':
      return t('rule.row_watch', { name: level.chat.jid });
  }
}

/** The steps that say something: what came from a row, and what overruled it. Cells with the same story share a line. */
export function whyLines(plan: AlertPlan): { cells: string; reasons: string[] }[] {
  const told = new Map<Cell, string[]>();
  for (const step of plan.trace) told.set(step.cell, [...(told.get(step.cell) ?? []), ruleWords(step)]);
  const lines = new Map<string, { cells: string[]; reasons: string[] }>();
  for (const [cell, reasons] of told) {
    const story = reasons.join('\n');
    const line = lines.get(story) ?? { cells: [], reasons };
    line.cells.push(cellWords(cell));
    lines.set(story, line);
  }
  return [...lines.values()].map(({ cells, reasons }) => ({ cells: joined(cells), reasons }));
}
