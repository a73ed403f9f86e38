import type { Standing, OwnAvailability, OwnView, Timestamp } from '../lib/contract';
import { ask } from '../lib/link';
import { written } from '../lib/written';

const hour = 3_600_000;

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

  muteForAnHour(now: Timestamp): Promise<null> {
    return ask('set_mute', { mute: { kind: 'until', at: now + hour } });
  }

  /** Until eight tomorrow morning. */
  muteUntilTomorrow(now: Timestamp): Promise<null> {
    return ask('set_mute', { mute: { kind: 'until', at: nextMorning(now) } });
  }

  muteForever(): Promise<null> {
    return ask('set_mute', { mute: { kind: 'forever' } });
  }

  unmute(): Promise<null> {
    return ask('set_mute', { mute: null });
  }
}

/** Eight o’clock after the coming midnight; by the calendar, so that a change of the clocks does not move it. */
export function nextMorning(now: Timestamp): Timestamp {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1, 8).getTime();
}

export const own = new Own();
