import type { AlertPlan, EventKind, Whose } from '../lib/contract';
import { ask } from '../lib/link';
import { attempt } from '../state/toasts.svelte';

/** A row that is tried: what came of it last. */
export class Trying {
  plan = $state.raw<AlertPlan | null>(null);

  async row(kind: EventKind, whose: Whose): Promise<void> {
    this.plan = null;
    await attempt(ask('try_alert', { kind, whose }).then((plan) => (this.plan = plan)));
  }
}
