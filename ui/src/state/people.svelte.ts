import { sameChat } from '../lib/chatref';
import { Coalesced } from '../lib/coalesced';
import type { ChatRef, Occupant } from '../lib/contract';
import { ask } from '../lib/link';

/** Who is in the room whose people are shown; nobody else is kept here. */
class RoomPeople {
  all = $state.raw<Occupant[]>([]);
  /** They were read at least once. */
  known = $state(false);
  #room: ChatRef | null = null;
  #soon = new Coalesced(() => this.#read());

  /** Shows the people of a room, or no longer any. */
  show(room: ChatRef | null): void {
    if (room && sameChat(this.#room, room)) return;
    this.#room = room;
    this.all = [];
    this.known = false;
    if (room) this.#soon.want();
  }

  /** Somebody came, went or changed. */
  changed(room: ChatRef): void {
    if (sameChat(this.#room, room)) this.#soon.want();
  }

  async #read(): Promise<void> {
    const room = this.#room;
    if (!room) return;
    try {
      const all = await readPeople(room);
      if (!sameChat(this.#room, room)) return;
      this.all = all;
      this.known = true;
    } catch {
      // Read again with the next change, or when the link is back.
    }
  }
}

/** All of them, page by page. */
export async function readPeople(room: ChatRef): Promise<Occupant[]> {
  const all: Occupant[] = [];
  for (;;) {
    const { occupants, more } = await ask('occupants', { room, after: all.at(-1)?.nick ?? null });
    all.push(...occupants);
    if (!more || occupants.length === 0) return all;
  }
}

export const roomPeople = new RoomPeople();
