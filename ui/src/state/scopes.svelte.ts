import type { AlertRowsView, AlertRowView, EventKind, Mute, Row, Whose } from '../lib/contract';
import { ask } from '../lib/link';

/** What is set beside the rows for an account, a group, a contact or a room. */
export interface Extras {
  mute: Mute | null;
  break_through: boolean | null;
  discreet: boolean | null;
}

/** The alert rules of one scope, as a screen shows them. */
export class Scope {
  view = $state.raw<AlertRowsView | null>(null);

  constructor(readonly whose: Whose) {}

  get rows(): AlertRowView[] {
    return this.view?.rows ?? [];
  }

  async read(): Promise<void> {
    this.view = await ask('alert_rows', { whose: this.whose });
  }

  /** Changes some cells of a row; `null` lets them inherit again. */
  async set(kind: EventKind, change: Partial<Row>): Promise<void> {
    const own = this.rows.find((view) => view.kind === kind)?.own;
    if (!own) return;
    await ask('set_alert_row', { whose: this.whose, kind, row: { ...own, ...change } });
    await this.read();
  }

  /** Lets every row inherit again. */
  async reset(): Promise<void> {
    await ask('reset_alert_rows', { whose: this.whose });
    await this.read();
  }

  async setExtras(change: Partial<Extras>): Promise<void> {
    if (!this.view) return;
    const { mute, break_through, discreet } = this.view;
    await ask('set_override', { whose: this.whose, mute, break_through, discreet, ...change });
    await this.read();
  }
}

/** The scopes that are on screen; they are read again when the settings change. */
const shown = new Set<Scope>();

/** Keeps the scope fresh until the returned function is called. */
export function show(scope: Scope): () => void {
  shown.add(scope);
  return () => void shown.delete(scope);
}

export async function readShown(): Promise<void> {
  await Promise.all([...shown].map((scope) => scope.read()));
}
