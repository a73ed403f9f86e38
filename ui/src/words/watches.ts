import { t } from '../i18n/index.svelte';
import type { Timestamp, WatchView } from '../lib/contract';
import { until } from './when';

/** What a watch waits for, and until when. */
export function watchWords(watch: WatchView, now: Timestamp): string {
  const parts = [watch.once ? t('watches.once') : t('watches.always')];
  if (watch.after_hours > 0) parts.push(t('watches.after', { n: watch.after_hours }));
  if (watch.expires !== null) parts.push(watch.expires <= now ? t('watches.over') : t('watches.expires', { time: until(watch.expires, now) }));
  return parts.join(' · ');
}
