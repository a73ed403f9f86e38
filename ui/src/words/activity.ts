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
} as const satisfies Record<Cell, MessageKey>;

const rules = {
  already_seen: 'rule.already_seen',
  history: 'rule.history',
  in_front: 'rule.in_front',
  presence_burst: 'rule.presence_burst',
  flapping: 'rule.flapping',
  muted: 'rule.muted',
  own_busy: 'rule.own_busy',
  desktop_do_not_disturb: 'rule.desktop_do_not_disturb',
  screen_private: 'rule.screen_private',
  follow_up: 'rule.follow_up',
  flood: 'rule.flood',
  sample: 'rule.sample',
} as const satisfies Record<Exclude<Rule['kind'], 'row'>, MessageKey>;

const happened = {
  generic: 'activity.generic',
  message: 'activity.message',
  message_in_front: 'activity.message',
  contact_available: 'activity.contact_available',
  contact_unavailable: 'activity.contact_unavailable',
  contact_request: 'activity.contact_request',
  request_accepted: 'activity.request_accepted',
  room_invite: 'activity.room_invite',
  stranger_message: 'activity.stranger_message',
  message_failed: 'activity.message_failed',
  missed: 'activity.missed',
  account_attention: 'activity.account_attention',
} as const satisfies Record<EventKind, MessageKey>;

/** What happened. */
export function happenedWords(entry: ActivityEntry): string {
  return t(happened[entry.event], { name: entry.name });
}

/** What was shown and heard of it. */
export function outcomeWords(plan: AlertPlan): string {
  const parts: string[] = [];
  if (plan.popup) parts.push(plan.popup.form === 'summary' ? t('outcome.summary') : t('outcome.popup'));
  if (plan.sound) parts.push(t('outcome.sound', { sound: soundWords(plan.sound.sound) }));
  if (plan.attention !== 'none') parts.push(t('outcome.attention'));
  if (parts.length > 0) return joined(parts);
  return plan.tray === 'none' ? t('outcome.nothing') : t('outcome.counted');
}

export function cellWords(cell: Cell): string {
  return t(cells[cell]);
}

/** Why a cell of the plan is as it is. */
export function ruleWords({ rule }: TraceStep): string {
  if (rule.kind !== 'row') return t(rules[rule.kind]);
  const row = kindWords(rule.row);
  switch (rule.source) {
    case 'own':
      return t('rule.row_own', { row });
    case 'built_in':
      return t('rule.row_built_in', { row });
    case 'generic':
      return t('rule.row_generic');
    case 'generic_built_in':
      return t('rule.row_generic_built_in');
  }
}

/** The steps that say something, one line per cell: what came from a row, and what overruled it. */
export function whyLines(plan: AlertPlan): { cell: string; reasons: string[] }[] {
  const lines = new Map<Cell, string[]>();
  for (const step of plan.trace) lines.set(step.cell, [...(lines.get(step.cell) ?? []), ruleWords(step)]);
  return [...lines].map(([cell, reasons]) => ({ cell: cellWords(cell), reasons }));
}
