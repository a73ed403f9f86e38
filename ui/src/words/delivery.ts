import { t, type MessageKey } from '../i18n/index.svelte';
import type { Delivery } from '../lib/contract';

const deliveries = {
  waiting: 'delivery.waiting',
  sent: 'delivery.sent',
  arrived: 'delivery.arrived',
  read: 'delivery.read',
  failed: 'delivery.failed',
} as const satisfies Record<Delivery, MessageKey>;

/** How far an own message has come. */
export function deliveryWords(delivery: Delivery): string {
  return t(deliveries[delivery]);
}
