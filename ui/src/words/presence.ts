import { t, type MessageKey } from '../i18n/index.svelte';
import type { Availability, Contact, OwnAvailability } from '../lib/contract';

const availabilities = {
  available: 'presence.available',
  away: 'presence.away',
  extended_away: 'presence.extended_away',
  busy: 'presence.busy',
  offline: 'presence.offline',
} as const satisfies Record<Availability, MessageKey>;

export function availabilityWords(availability: Availability | OwnAvailability): string {
  return t(availabilities[availability]);
}

/** Between a state and the words that go with it. */
export const dot = ' · ';

/** What is known of a contact’s presence: nothing before they let me see it. */
export function presenceWords(contact: Contact): string {
  if (contact.blocked) return t('presence.blocked');
  if (contact.waiting) return t('presence.waiting');
  if (contact.subscription === 'none' || contact.subscription === 'from') return t('presence.unknown');
  return availabilityWords(contact.presence.availability);
}

/** Whether a message that is sent now reaches a device of theirs now. */
export function reachable(contact: Contact | undefined): boolean {
  return !contact || contact.presence.availability !== 'offline';
}
