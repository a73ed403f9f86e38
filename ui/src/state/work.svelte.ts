import { t } from '../i18n/index.svelte';
import type { ChatRef, ExportFormat, WorkView } from '../lib/contract';
import { ask } from '../lib/link';
import { attempt, toasts } from './toasts.svelte';

const endings: Record<ExportFormat, string> = { json_lines: 'jsonl', html: 'html', text: 'txt' };

/** The export that runs, or ran last. */
class Work {
  view = $state.raw<WorkView | null>(null);
  readonly running = $derived(this.view?.state.kind === 'running');

  /** Reads how it stands. What ended meanwhile is told. */
  async read(): Promise<void> {
    const ran = this.running;
    const view = await ask('work', {}).catch(() => null);
    this.view = view;
    if (!ran || !view) return;
    if (view.state.kind === 'finished') toasts.say(t('export.finished', { n: view.done }));
    else if (view.state.kind === 'failed') toasts.say(t('export.failed'));
  }

  /** Asks where to, and begins. */
  async export(chat: ChatRef | null, name: string, format: ExportFormat): Promise<void> {
    const wanted = `${fileName(name)}.${endings[format]}`;
    const path = await ask('pick_file', { kind: 'save_as', name: wanted }).catch(() => null);
    if (path === null) return;
    if (await attempt(ask('export_history', { chat, format, path }))) await this.read();
  }

  async exportRoster(): Promise<void> {
    const path = await ask('pick_file', { kind: 'save_as', name: 'carillon-contacts.jsonl' }).catch(() => null);
    if (path === null) return;
    await attempt(ask('export_roster', { path }).then((n) => toasts.say(t('export.contacts_done', { n }))));
  }
}

/** A chat’s name as a part of a file’s: nothing that a file system takes for more than a name. */
export function fileName(name: string): string {
  const safe = name.normalize('NFC').replace(/[^\p{L}\p{N}\p{M}@._ -]/gu, '').replace(/^[. ]+|[. ]+$/g, '');
  return `carillon-${[...safe].slice(0, 60).join('') || 'chat'}`;
}

export const work = new Work();
