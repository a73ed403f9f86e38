import { useCarrier } from '../src/lib/link';
import { Fake } from '../src/dev/fake';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { surroundings } from '../src/state/surroundings.svelte';
import { files } from '../src/state/files.svelte';
import { listening } from '../src/state/listening.svelte';
import { likeness } from '../src/state/likeness.svelte';
import { outbox } from '../src/state/outbox.svelte';
import { recording } from '../src/state/recording.svelte';
import { take } from '../src/state/readings';
import { alerting } from '../src/state/alerting.svelte';
import { hear, hearLink } from '../src/state/sync.svelte';

export const noon = new Date(2026, 4, 20, 12).getTime();
export const bob = { account: 1, jid: 'bob@harbour.example' };
export const hiro = { account: 1, jid: 'hiro@harbour.example' };

/** A fresh resident in memory, with its overview read and its events heard. */
export async function stage(long = 2_000): Promise<Fake> {
  const fake = new Fake(noon, long);
  useCarrier(fake);
  await fake.listen('carillon', hear);
  await fake.listen('link-state', hearLink);
  await conversations.show(null);
  where.chat = null;
  where.dialog = null;
  where.joining = null;
  where.section = 'chats';
  where.scope = null;
  where.people = false;
  where.alert = null;
  where.tab = 'events';
  surroundings.setLink({ state: 'connected' });
  surroundings.focused = false;
  surroundings.locked = false;
  alerting.forget();
  files.forget();
  outbox.forget();
  likeness.forget();
  recording.forget();
  listening.forget();
  take(structuredClone(fake.overview));
  fake.asked.length = 0;
  return fake;
}

/** Waits until something holds; fails if it does not within half a minute: a machine may be busy with much else. */
export async function until(holds: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > 30_000) throw new Error('it did not come to hold within half a minute');
    await new Promise((later) => setTimeout(later, 5));
  }
}

/** How long something takes, in milliseconds, when nothing else runs: the fastest of several. */
export function fastest(work: () => unknown): number {
  const took = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return Math.min(...took);
}
