import { formatLanguage, t } from '../i18n/index.svelte';

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

/** Why a file did not go or come, where it is one of the usual reasons. */
export function fileFailure(words: string): string {
  if (words.includes('not the file that its sender')) return t('file.another');
  if (words.includes('takes no files')) return t('file.no_service');
  if (words.includes('of this size') || words.includes('larger than') || words.endsWith('413')) return t('file.too_large');
  if (words.includes('404') || words.includes('410')) return t('file.gone');
  return words;
}
