import type { Mute, MuteFor, OwnAvailability, OwnView, Standing } from '../lib/contract';
import { ask } from '../lib/link';
import { written } from '../lib/written';

class Own {
  view = $state.raw<OwnView>({ availability: 'available', idle: false, status: '', mute: null });

  /** What the others see of me now. */
  shown: OwnAvailability = $derived(
    this.view.idle && this.view.availability === 'available' ? 'away' : this.view.availability,
  );

  take(standing: Standing): void {
    this.view = standing.own;
  }

  async setStatus(availability: OwnAvailability, status: string): Promise<void> {
    await ask('set_status', { availability, status });
    written.count += 1;
    this.view = { ...this.view, availability, status, idle: false };
  }

  mute(until: MuteFor): Promise<Mute | null> {
    return ask('mute_all', { until });
  }

  unmute(): Promise<Mute | null> {
    return this.mute('none');
  }
}

export const own = new Own();
