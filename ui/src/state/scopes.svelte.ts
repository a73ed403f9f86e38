import { sameChat } from '../lib/chatref';
import { Coalesced } from '../lib/coalesced';
import type { AlertRowsView, AlertRowView, ChatRef, EventKind, Mute, RoomView, Row, Whose } from '../lib/contract';
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

/** The room whose alerts are on screen, which another device may change too. */
class ScopeRoom {
  /** Nothing where it is none, or not read yet. */
  view = $state.raw<RoomView | null>(null);
  #room: ChatRef | null = null;
  #soon = new Coalesced(() => this.#read());

  /** Follows a room, or no longer any. */
  show(room: ChatRef | null): void {
    if (room && sameChat(this.#room, room)) return;
    this.#room = room;
    this.view = null;
    if (room) this.#soon.want();
  }

  /** Something about a room changed. */
  changed(room: ChatRef): void {
    if (sameChat(this.#room, room)) this.#soon.want();
  }

  /** Anything may have changed. */
  missed(): void {
    if (this.#room) this.#soon.want();
  }

  async #read(): Promise<void> {
    const room = this.#room;
    if (!room) return;
    try {
      const view = await ask('room', { room });
      if (sameChat(this.#room, room)) this.view = view;
    } catch {
      // Read again with the next change, or when the link is back.
    }
  }
}

export const scopeRoom = new ScopeRoom();
