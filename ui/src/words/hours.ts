import { formatLanguage, t } from '../i18n/index.svelte';
import type { ClockTime, Hours, Weekday } from '../lib/contract';

export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A day’s name as the language shortens it. The first of January 2024 was a Monday. */
export function dayWords(day: Weekday, length: 'short' | 'long' = 'short'): string {
  const date = new Date(2024, 0, 1 + weekdays.indexOf(day), 12);
  return new Intl.DateTimeFormat(formatLanguage(), { weekday: length }).format(date);
}

/** Whether the end lies on the next day. */
function overMidnight({ from, to }: { from: ClockTime; to: ClockTime }): boolean {
  return to <= from;
}

/** No day at all is every day. */
export function daysOf(hours: Hours): readonly Weekday[] {
  return hours.days && hours.days.length > 0 ? hours.days : weekdays;
}

/** `Mon–Fri, 22:00–07:00 on the next day`. */
export function hoursWords(hours: Hours): string {
  const days = daysOf(hours);
  const span = overMidnight(hours) ? t('hours.over_midnight', { from: hours.from, to: hours.to }) : t('hours.span', { from: hours.from, to: hours.to });
  return t('hours.whole', { days: daysWords(days), span });
}

/** Days that follow each other are said from the first to the last. */
function daysWords(days: readonly Weekday[]): string {
  if (days.length === weekdays.length) return t('hours.every_day');
  const sorted = weekdays.filter((day) => days.includes(day));
  const runs: Weekday[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && weekdays.indexOf(day) === weekdays.indexOf(last) + 1) run.push(day);
    else runs.push([day]);
  }
  const parts = runs.flatMap((run) => (run.length < 3 ? run.map((day) => dayWords(day)) : [`${dayWords(run[0]!)}–${dayWords(run.at(-1)!)}`]));
  return parts.join(', ');
}

/** Other days, the one that was clicked on or off; every day is written as none. */
export function toggledDay(hours: Hours, day: Weekday): Weekday[] {
  const days = daysOf(hours);
  const next = weekdays.filter((one) => (one === day ? !days.includes(day) : days.includes(one)));
  return next.length === weekdays.length || next.length === 0 ? [] : next;
}
