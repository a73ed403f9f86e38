/** The rooms of the resident in memory. */
import { keyOf } from '../lib/chatref';
import type { ChatRef, Occupant, RoomView } from '../lib/contract';
import type { Answer, Ask } from '../lib/link';

type Handled = 'room' | 'occupants';
type Handlers = { [K in Handled]: (ask: Ask<K>) => Answer<K> };

export function occupant(nick: string, more: Partial<Occupant> = {}): Occupant {
  return { nick, role: 'participant', affiliation: 'none', presence: { availability: 'available', status: '' }, id: null, jid: null, ...more };
}

/** So many people that a list which draws all of them would be felt. */
export function audience(count: number): Occupant[] {
  return Array.from({ length: count }, (_, i) => occupant(`Guest ${String(i).padStart(5, '0')}`, { role: i % 10 === 0 ? 'visitor' : 'participant' }));
}

function choir(): Occupant[] {
  return [
    occupant('Carla', { role: 'moderator', affiliation: 'admin', jid: 'carla@harbour.example' }),
    occupant('Bob', { affiliation: 'member', jid: 'bob@harbour.example', presence: { availability: 'away', status: 'Baking bread' } }),
    occupant('Fatima', { affiliation: 'member' }),
    occupant('Zoë'),
    occupant('Listener', { role: 'visitor' }),
  ];
}

export class FakeRooms {
  /** Who is in a room, without me. */
  people = new Map<string, Occupant[]>([['1 choir@rooms.harbour.example', choir()]]);
  views = new Map<string, RoomView>();
  /** How many people a part of a list holds. */
  pageSize = 1_000;

  view(room: ChatRef): RoomView {
    const known = this.views.get(keyOf(room));
    if (known) return known;
    const people = this.people.get(keyOf(room)) ?? [];
    const view: RoomView = {
      state: { kind: 'joined' },
      nick: 'Alice',
      subject: 'Thursday at seven, in the hall',
      occupants: people.length + 1,
      me: occupant('Alice', { role: 'moderator', affiliation: 'owner', jid: 'alice@harbour.example' }),
      about: {
        name: 'Choir',
        description: '',
        names_occupants: true,
        members_only: false,
        password: false,
        moderated: false,
        addresses_shown: true,
        persistent: true,
        hidden: false,
      },
    };
    this.views.set(keyOf(room), view);
    return view;
  }

  readonly handlers: Handlers = {
    room: ({ room }) => this.view(room),
    occupants: ({ room, after }) => {
      const all = [...(this.people.get(keyOf(room)) ?? [])].sort((a, b) => (a.nick < b.nick ? -1 : 1));
      const from = after === null ? 0 : all.filter(({ nick }) => nick <= after).length;
      return { occupants: all.slice(from, from + this.pageSize), more: all.length > from + this.pageSize };
    },
  };
}
