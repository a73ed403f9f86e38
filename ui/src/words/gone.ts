import { t } from '../i18n/index.svelte';
import type { Message } from '../lib/contract';

/** What stands in the place of a message that was taken back: by its author, or by whom and why. */
export function goneWords({ moderated }: Message): string {
  if (!moderated) return t('message.retracted');
  const { by, words } = moderated;
  const what = by ? t('message.moderated_by', { by }) : t('message.moderated');
  return words ? t('message.moderated_words', { what, words }) : what;
}
