/** Alerts as the window itself tells them: a flash for the eye, words for a screen reader. */
import type { ActivityEntry, ActivityId } from '../lib/contract';
import { ask } from '../lib/link';
import { happenedWords } from '../words/activity';
import { Kept } from './kept.svelte';

/** How long a flash stays. */
const lasting = 4_000;
/** More than can come between two looks without being a flood. */
const most = 10;

export interface Flash {
  id: ActivityId;
  entry: ActivityEntry;
}

class Alerting {
  readonly flashes = new Kept<boolean>('alert-flashes', false);
  readonly speaks = new Kept<boolean>('alert-announcements', true);
  /** What flashes now. */
  flash = $state.raw<Flash | null>(null);
  /** What a screen reader says when it comes to it, and at once. */
  polite = $state('');
  assertive = $state('');
  #told: ActivityId | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks for what alerted since the last look. The first look only learns what is old. */
  async look(): Promise<void> {
    const newest = await ask('activity', { before: null, limit: most });
    const last = newest[0]?.id ?? this.#told ?? 0;
    const before = this.#told;
    this.#told = last;
    if (before === null) return;
    const alerted = newest.find((entry) => entry.id > before && reaches(entry));
    if (alerted) this.tell(alerted);
  }

  tell(entry: ActivityEntry): void {
    const words = happenedWords(entry);
    if (this.speaks.value) {
      if (isUrgent(entry)) this.assertive = words;
      else this.polite = words;
    }
    if (!this.flashes.value) return;
    this.flash = { id: entry.id, entry };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.flash = null), lasting);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.flash = null;
  }

  /** What has been told, for a fresh start. */
  forget(): void {
    this.#told = null;
    this.dismiss();
    this.polite = '';
    this.assertive = '';
  }
}

/** Whether it was shown, heard or asked for attention. */
export function reaches({ plan }: ActivityEntry): boolean {
  if (plan.outcome.kind !== 'now') return false;
  return plan.popup !== null || plan.sound !== null || plan.speak || plan.attention !== 'none';
}

/** Whether it waits until it is handled: then it is worth an interruption. */
export function isUrgent({ plan }: ActivityEntry): boolean {
  return plan.popup?.sticky === true || plan.attention === 'until_seen';
}

export const alerting = new Alerting();
