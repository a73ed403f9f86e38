import { t, type MessageKey } from '../i18n/index.svelte';
import type { AccountView, Connected, TransportKind } from '../lib/contract';
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

const transports = {
  web_socket: 'connected.web_socket',
  direct_tls: 'connected.direct_tls',
  start_tls: 'connected.start_tls',
} as const satisfies Record<TransportKind, MessageKey>;

function checkedLine({ mechanism, token }: Connected) {
  if (!token) return { key: 'mechanism', label: t('connected.mechanism'), value: mechanism };
  return { key: 'mechanism', label: t('connected.token'), value: t('connected.token_value', { token, mechanism }) };
}

/** How a session is connected: what it is called, and what it is. */
export function connectedLines(connected: Connected): { key: string; label: string; value: string }[] {
  const { transport, host, port, proxy, tls, binding } = connected;
  const server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [
    { key: 'transport', label: t('connected.transport'), value: t(transports[transport]) },
    { key: 'server', label: t('connected.server'), value: server },
    { key: 'proxy', label: t('connected.proxy'), value: proxy ?? t('connected.no_proxy') },
    { key: 'tls', label: t('connected.tls'), value: tls ?? t('connected.no_tls') },
    checkedLine(connected),
    { key: 'binding', label: t('connected.binding'), value: binding ? t('connected.bound', { to: binding }) : t('connected.not_bound') },
  ];
}
