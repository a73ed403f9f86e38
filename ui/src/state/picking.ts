/** The desktop’s own dialog for files and folders. */
import { t, type MessageKey } from '../i18n/index.svelte';
import { ask, type Picked } from '../lib/link';

/** What the dialog says that it is for: by itself it would speak English. */
const titles: Record<Picked['kind'], MessageKey> = {
  sound: 'pick.sound',
  icon: 'pick.icon',
  rules: 'pick.rules',
  rules_to_write: 'pick.rules_to_write',
  pack: 'pick.pack',
  pack_folder: 'pick.pack_folder',
  history: 'pick.history',
  history_folder: 'pick.history_folder',
  contacts: 'pick.contacts',
  save_as: 'pick.save_as',
};

/** Lets the user pick; `null`: nothing was picked. */
export function pickFile(picked: Picked): Promise<string | null> {
  return ask('pick_file', { ...picked, title: t(titles[picked.kind]) });
}

/** Lets the user pick files to be sent, as many as they like; none: nothing was picked. */
export function pickToSend(): Promise<string[]> {
  return ask('pick_files', { title: t('pick.to_send') });
}
