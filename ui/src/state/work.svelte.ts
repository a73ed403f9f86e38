import { t } from '../i18n/index.svelte';
import type { AccountId, ChatRef, ExportFormat, HistoryProgram, HistorySource, RosterSource, WorkView } from '../lib/contract';
import { ask } from '../lib/link';
import { conversations } from './conversation.svelte';
import { pickFile } from './picking';
import { attempt, toasts } from './toasts.svelte';

const endings: Record<ExportFormat, string> = { json_lines: 'jsonl', html: 'html', text: 'txt' };

/** The export or import that runs, or ran last. */
class Work {
  view = $state.raw<WorkView | null>(null);
  readonly running = $derived(this.view?.state.kind === 'running');

  /** Reads how it stands. What ended meanwhile is told. */
  async read(): Promise<void> {
    const ran = this.running;
    const view = await ask('work', {}).catch(() => null);
    this.view = view;
    // What came in lies before what the open chat shows, where nothing more was known of.
    if (view?.kind === 'import' && view.state.kind !== 'running' && view.new > 0) await showImported();
    if (!ran || !view) return;
    const contacts = { finished: t('contacts.toast', { n: view.new }), failed: t('import.failed') };
    const words = view.kind === 'contacts' ? contacts : view.kind === 'export' ? { finished: t('export.finished', { n: view.done }), failed: t('export.failed') } : { finished: t('import.toast', { n: view.new }), failed: t('import.failed') };
    if (view.state.kind === 'finished') toasts.say(words.finished);
    else if (view.state.kind === 'failed') toasts.say(words.failed);
  }

  /** Asks where to, and begins. */
  async export(chat: ChatRef | null, name: string, format: ExportFormat): Promise<void> {
    const wanted = `${fileName(name)}.${endings[format]}`;
    const path = await pickFile({ kind: 'save_as', name: wanted }).catch(() => null);
    if (path === null) return;
    if (await attempt(ask('export_history', { chat, format, path }))) await this.read();
  }

  /** Asks for a file or folder, and says whose histories it holds. */
  async lookInto(program: HistoryProgram): Promise<HistorySource | null> {
    const path = await pickFile({ kind: program === 'pidgin' ? 'history_folder' : 'history' }).catch(() => null);
    if (path === null) return null;
    let found: HistorySource | null = null;
    await attempt(ask('look_into_history', { program, path }).then((source) => (found = source)));
    return found;
  }

  async import(account: AccountId, { program, path }: HistorySource, whose: string): Promise<void> {
    if (await attempt(ask('import_history', { account, program, path, whose }))) await this.read();
  }

  /** Asks for a file of contacts, and says whose it holds. */
  async lookIntoRoster(): Promise<RosterSource | null> {
    const path = await pickFile({ kind: 'contacts' }).catch(() => null);
    if (path === null) return null;
    let found: RosterSource | null = null;
    await attempt(ask('look_into_roster', { path }).then((source) => (found = source)));
    return found;
  }

  async importRoster(account: AccountId, path: string, whose: string, seen: boolean): Promise<void> {
    if (await attempt(ask('import_roster', { account, path, whose, ask: seen }))) await this.read();
  }

  async exportRoster(): Promise<void> {
    const path = await pickFile({ kind: 'save_as', name: 'carillon-contacts.jsonl' }).catch(() => null);
    if (path === null) return;
    await attempt(ask('export_roster', { path }).then((n) => toasts.say(t('export.contacts_done', { n }))));
  }
}

/** A list that is shorter than the screen is not scrolled, and would never ask for what is before it now. */
async function showImported(): Promise<void> {
  const history = conversations.open?.history;
  await history?.readAgain().catch(() => undefined);
  await history?.readBefore().catch(() => undefined);
}

/** A chat’s name as a part of a file’s: nothing that a file system takes for more than a name. */
export function fileName(name: string): string {
  const safe = name.normalize('NFC').replace(/[^\p{L}\p{N}\p{M}@._ -]/gu, '').replace(/^[. ]+|[. ]+$/g, '');
  return `carillon-${[...safe].slice(0, 60).join('') || 'chat'}`;
}

export const work = new Work();
