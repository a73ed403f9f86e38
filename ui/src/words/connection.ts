import { t } from '../i18n/index.svelte';
import type { AccountView } from '../lib/contract';
import { problemWords } from './refusal';
import { clock } from './when';

/** Where an account’s connection stands, in a few words. */
export function connectionWords({ enabled, connection }: AccountView): string {
  if (!enabled) return t('connection.disabled');
  switch (connection.kind) {
    case 'offline':
      return t('connection.offline');
    case 'connecting':
      return t('connection.connecting');
    case 'online':
      return t('connection.online');
    case 'waiting':
      return t('connection.waiting', { time: clock(connection.retry_at) });
    case 'stopped':
      return t('connection.stopped');
    case 'needs_password':
      return t('connection.needs_password');
  }
}

/** What is wrong and what to do; empty when nothing is. */
export function connectionTrouble({ enabled, connection }: AccountView): string {
  if (!enabled) return '';
  if (connection.kind === 'needs_password') return t('connection.needs_password_advice');
  if (connection.kind === 'stopped' || connection.kind === 'waiting') return problemWords(connection.problem);
  return '';
}

