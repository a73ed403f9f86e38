import { formatLanguage, t } from '../i18n/index.svelte';
import type { FileBrief, FileTrouble } from '../lib/contract';

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

/** A file in a line, where its address would say nothing. */
export function fileBrief({ kind, name, length }: Pick<FileBrief, 'kind' | 'name' | 'length'>): string {
  switch (kind) {
    case 'picture':
      return t('file.brief.picture', { name });
    case 'voice':
      // Nobody gave it a name.
      return length === null ? t('file.brief.voice') : t('file.brief.voice_of', { length: timeWords(length) });
    case 'sound':
      return t('file.brief.sound', { name });
    case 'video':
      return t('file.brief.video', { name });
    case 'other':
      return t('file.brief.other', { name });
  }
}

/** Why a file did not go or come, and what to do about it. */
export function fileFailure(trouble: FileTrouble): string {
  switch (trouble.kind) {
    case 'another':
      return t('file.another');
    case 'no_service':
      return t('file.no_service');
    case 'too_large':
      return t('file.too_large');
    case 'gone':
      return t('file.gone');
    case 'refused':
      return t('file.refused', { why: trouble.why });
    case 'not_now':
      return t('file.not_now', { why: trouble.why });
    case 'no_answer':
      return t('file.no_answer');
    case 'unreachable':
      return t('file.unreachable');
    case 'not_fetched':
      return t('file.not_fetched');
    case 'not_here':
      return t('file.not_here');
    case 'disk':
      return t('file.disk', { why: trouble.why });
    case 'somebody_else':
      return t('file.somebody_else');
    case 'other':
      return t('file.other', { why: trouble.why });
  }
}
