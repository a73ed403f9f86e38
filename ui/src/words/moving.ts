import { t } from '../i18n/index.svelte';
import type { AccountMove, MoveStep, MoveTrouble } from '../lib/contract';
import { accounts } from '../state/accounts.svelte';

/** What a part of a move is called. */
export const stepWords: Record<MoveStep, () => string> = {
  statement: () => t('move.step.statement'),
  contact: () => t('move.step.contact'),
  room: () => t('move.step.room'),
  nick: () => t('move.step.nick'),
  card: () => t('move.step.card'),
  picture: () => t('move.step.picture'),
};

/** Where a move goes to, and whether it is over. */
export function moveHeading({ to, state }: AccountMove): string {
  const jid = accounts.get(to)?.jid ?? '';
  if (state === 'finished') return t('move.finished', { jid });
  return state === 'stopped' ? t('move.stopped', { jid }) : t('move.running', { jid });
}

/** What could not be brought along, and why. */
export function moveTrouble({ step, jid, words }: MoveTrouble): string {
  return `${jid ?? stepWords[step]()}: ${words}`;
}
