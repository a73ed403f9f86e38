import { t, type MessageKey } from '../i18n/index.svelte';
import type { Delivery } from '../lib/contract';

const deliveries = {
  waiting: 'delivery.waiting',
  sent: 'delivery.sent',
  arrived: 'delivery.arrived',
  read: 'delivery.read',
  failed: 'delivery.failed',
} as const satisfies Record<Delivery, MessageKey>;

const failures = {
  'service-unavailable': 'failure.service_unavailable',
  'recipient-unavailable': 'failure.service_unavailable',
  'item-not-found': 'failure.item_not_found',
  gone: 'failure.item_not_found',
  'remote-server-not-found': 'failure.remote_server_not_found',
  'remote-server-timeout': 'failure.remote_server_timeout',
  'not-acceptable': 'failure.not_acceptable',
  forbidden: 'failure.not_acceptable',
  'not-allowed': 'failure.not_acceptable',
  'policy-violation': 'failure.policy_violation',
  'resource-constraint': 'failure.resource_constraint',
} as const satisfies Record<string, MessageKey>;

/** Conditions that say of somebody in a room that they are not there. */
const notThere = new Set(['item-not-found', 'recipient-unavailable', 'gone']);

/** Why a message was not taken: a defined condition (RFC 6120, section 8.3.3) in words, else what the server said. */
export function failureWords(failure: string, inRoom = false): string {
  if (inRoom && notThere.has(failure)) return t('failure.private');
  return Object.hasOwn(failures, failure) ? t(failures[failure as keyof typeof failures]) : failure;
}

/** Why a room does not invite somebody for me. */
export function notInvitedWords(condition: string): string {
  return condition === 'forbidden' || condition === 'not-allowed' ? t('rooms.not_invited.forbidden') : failureWords(condition);
}

/** How far an own message has come. */
export function deliveryWords(delivery: Delivery): string {
  return t(deliveries[delivery]);
}
