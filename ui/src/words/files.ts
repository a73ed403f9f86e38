import { formatLanguage, t, type MessageKey } from '../i18n/index.svelte';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size as people write it: three digits at most, in thousands. */
export function sizeWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 99.5 ? 0 : 1;
  return new Intl.NumberFormat(formatLanguage(), { style: 'unit', unit: units[unit]!, unitDisplay: 'short', maximumFractionDigits: digits }).format(size);
}

/** How far a file is, between 0 and 1. */
export function share(bytes: number, size: number | null): number {
  return size ? Math.min(1, bytes / size) : 0;
}

/** A length or a place of a sound, as players write it: 1:05. */
export function timeWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What the resident says, in English, and how people say it. The first that fits; what stands in brackets is told too. */
const reasons: [RegExp, MessageKey][] = [
  [/not the file that its sender/, 'file.another'],
  [/takes no files/, 'file.no_service'],
  [/of this size|larger than|413$/, 'file.too_large'],
  [/404|410/, 'file.gone'],
  [/answered with (\d+)$/, 'file.refused'],
  [/does not take it now: (.*)$/s, 'file.not_now'],
  [/does not take it: (.*)$/s, 'file.refused'],
  [/does not say where it goes|answer cannot be used/, 'file.no_answer'],
  [/can't be reached/, 'file.unreachable'],
  [/nothing is fetched from there/, 'file.not_fetched'],
  [/no longer here/, 'file.not_here'],
];

/** Why a file did not go or come, where it is one of the usual reasons. */
export function fileFailure(words: string): string {
  for (const [reason, key] of reasons) {
    const found = reason.exec(words);
    if (found) return t(key, { why: found[1] ?? '' });
  }
  return words;
}
