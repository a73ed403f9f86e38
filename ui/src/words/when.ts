import { formatLanguage, t } from '../i18n/index.svelte';
import type { Timestamp } from '../lib/contract';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than a hundred uses of it. */
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = formatLanguage();
  const key = `${language} ${name}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language, options);
    formats.set(key, made);
  }
  return made;
}

/** `14:03`. */
export function clock(at: Timestamp): string {
  return format('clock', { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** The day and the time, in full. */
export function moment(at: Timestamp): string {
  return format('moment', { dateStyle: 'full', timeStyle: 'short' }).format(at);
}

/** The day and the time, in numbers. */
export function stamp(at: Timestamp): string {
  return format('stamp', { dateStyle: 'short', timeStyle: 'short' }).format(at);
}

/** A number that is the same for two moments of one day by the calendar here. */
export function dayNumber(at: Timestamp): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** `Today`, `Yesterday`, or the date. */
export function day(at: Timestamp, now: Timestamp): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return t('when.today');
  if (ago === 1) return t('when.yesterday');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(at)
    : format('year', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

/** As short as a list needs: the time today, the weekday this week, the date else. */
export function brief(at: Timestamp, now: Timestamp): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return clock(at);
  if (ago === 1) return t('when.yesterday');
  if (ago > 1 && ago < 7) return format('weekday', { weekday: 'short' }).format(at);
  return format('short', { day: 'numeric', month: 'numeric', year: '2-digit' }).format(at);
}

/** Until when: the time, and the day if it is not this one. */
export function until(at: Timestamp, now: Timestamp): string {
  if (dayNumber(at) === dayNumber(now)) return clock(at);
  return format('until', { weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(at);
}
