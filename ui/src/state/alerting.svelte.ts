/** Alerts as the window itself tells them: a flash for the eye, words for a screen reader. */
import { tick } from 'svelte';
import type { ActivityEntry, ActivityId } from '../lib/contract';
import { ask } from '../lib/link';
import { happenedWords } from '../words/activity';
import { settings } from './settings.svelte';

/** How long a flash stays. */
const lasting = 4_000;
/** More than can come between two looks without being a flood. */
const most = 10;
/** So far back is looked for what was put off. */
const farthest = 200;

export interface Flash {
  id: ActivityId;
  entry: ActivityEntry;
}

class Alerting {
  /** What flashes now. */
  flash = $state.raw<Flash | null>(null);
  /** What a screen reader says when it comes to it, and at once. */
  polite = $state('');
  assertive = $state('');
  #told: ActivityId | null = null;
  /** What was put off, and may alert yet. */
  #later = new Set<ActivityId>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks for what alerted since the last look. The first look only learns what is old. */
  async look(): Promise<void> {
    const oldest = Math.min(...this.#later);
    let newest = await ask('activity', { before: null, limit: most });
    // What was put off stands further down than what came since.
    if ((newest.at(-1)?.id ?? 0) > oldest) newest = await ask('activity', { before: null, limit: farthest });
    const before = this.#told;
    const fresh = newest.filter(({ id }) => this.#later.has(id) || (before !== null && id > before));
    this.#told = newest[0]?.id ?? before ?? 0;
    this.#later = new Set(newest.filter(({ plan }) => plan.outcome.kind === 'later').map(({ id }) => id));
    const alerted = fresh.filter(reaches);
    const urgent = alerted.find(isUrgent);
    const other = alerted.find((entry) => !isUrgent(entry));
    // What waits to be handled stands before the rest, in words and to the eye.
    await Promise.all([urgent && this.announce(urgent), other && this.announce(other)]);
    const shown = [urgent, other].find((entry) => entry && this.#flashes(entry));
    if (shown) this.show(shown);
  }

  /** Tells a screen reader. */
  async announce(entry: ActivityEntry): Promise<void> {
    if (!settings.all?.in_window.announce) return;
    const region = isUrgent(entry) ? 'assertive' : 'polite';
    const words = happenedWords(entry);
    // The same words twice are news only when they were gone in between.
    this[region] = '';
    await tick();
    this[region] = words;
  }

  /** Flashes. */
  show(entry: ActivityEntry): void {
    this.flash = { id: entry.id, entry };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.flash = null), lasting);
  }

  #flashes({ plan }: ActivityEntry): boolean {
    return plan.attention === 'flash' || settings.all?.in_window.flash === true;
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.flash = null;
  }

  /** What has been told, for a fresh start. */
  forget(): void {
    this.#told = null;
    this.#later.clear();
    this.dismiss();
    this.polite = '';
    this.assertive = '';
  }
}

/** Whether it was shown, heard or asked for attention; a flash is a way of asking. */
export function reaches({ plan }: ActivityEntry): boolean {
  if (plan.outcome.kind !== 'now') return false;
  return plan.popup !== null || plan.sound !== null || plan.speak || plan.attention !== 'none';
}

/** Whether it waits until it is handled: then it is worth an interruption. */
export function isUrgent({ plan }: ActivityEntry): boolean {
  return plan.popup?.sticky === true || plan.attention === 'until_seen';
}

export const alerting = new Alerting();
