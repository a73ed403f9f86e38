/** The rooms of the resident in memory. */
import { keyOf } from '../lib/chatref';
import type { Affiliation, Channel, ChatRef, DataForm, FormField, FoundRoom, LookAlike, NotInvited, Occupant, PrivateState, PrivateView, RoomView } from '../lib/contract';
import { isPrivate, roomOf } from '../lib/private';
import type { Answer, Ask } from '../lib/link';

type Handled =
  | 'room'
  | 'private_chat'
  | 'begin_private_chat'
  | 'occupants'
  | 'look_alikes'
  | 'alike_contacts'
  | 'find_rooms'
  | 'create_room'
  | 'enter_room'
  | 'invite_to_room'
  | 'set_topic'
  | 'set_room_nick'
  | 'set_room_notify'
  | 'close_room'
  | 'moderate'
  | 'search_services'
  | 'search_rooms'
  | 'room_people'
  | 'set_affiliation'
  | 'room_settings'
  | 'set_room_settings';
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

function field(kind: FormField['kind'], name: string, more: Partial<FormField> = {}): FormField {
  return { var: name, kind, label: name, description: '', required: false, values: [], options: [], ...more };
}

/** A form with a field of every kind. */
function sampleForm(): DataForm {
  const options = [
    { label: 'Moderators only', value: 'moderators' },
    { label: 'Anybody', value: 'anyone' },
  ];
  return {
    title: 'Configuration of the choir',
    instructions: 'Fill in what you like.',
    fields: [
      field('hidden', 'FORM_TYPE', { values: ['http://jabber.org/protocol/muc#roomconfig'] }),
      field('text_single', 'Title', { required: true, values: ['Choir'] }),
      field('text_multi', 'Description', { values: ['Every Thursday', 'at seven'] }),
      field('boolean', 'Persistent', { values: ['1'] }),
      field('list_single', 'Who sees addresses', { options, values: ['anyone'] }),
      field('list_multi', 'Who may invite', { options, values: ['moderators'] }),
      field('fixed', '', { values: ['Secrets'] }),
      field('text_private', 'Password', { description: 'Empty for none.' }),
      field('jid_single', 'Founder', { values: ['alice@harbour.example'] }),
      field('jid_multi', 'Owners', { values: ['alice@harbour.example'] }),
    ],
  };
}

export class FakeRooms {
  /** Rooms that can be found. */
  found: FoundRoom[] = [
    { jid: 'choir@rooms.harbour.example', name: 'Choir' },
    { jid: 'bakery@rooms.harbour.example', name: 'Bread and rolls' },
  ];
  form = sampleForm();
  /** The services of one’s own server that search for rooms. */
  services: string[] = ['search.harbour.example'];
  /** What services find. */
  channels: Channel[] = [
    { jid: 'bread@rooms.baker.example', name: 'Bread and rolls', description: 'Sourdough, rye, and what to do with what is left over', language: 'en', people: 214, open: true },
    { jid: 'sailing@chat.sea.example', name: 'Sailing', description: 'Weather, harbours, knots', language: 'de', people: 31, open: true },
    { jid: 'club@rooms.far.example', name: '', description: '', language: '', people: null, open: false },
  ];
  /** Who is what to a room, by address. */
  ranks = new Map<string, { affiliation: Affiliation; nick: string; words: string }>([
    ['alice@harbour.example', { affiliation: 'owner', nick: '', words: '' }],
    ['carla@harbour.example', { affiliation: 'admin', nick: 'Carla', words: '' }],
    ['bob@harbour.example', { affiliation: 'member', nick: '', words: '' }],
    ['fatima@harbour.example', { affiliation: 'member', nick: 'Fatima', words: '' }],
    ['mallory@evil.example', { affiliation: 'outcast', nick: '', words: 'Sold watches' }],
    ['spam.example', { affiliation: 'outcast', nick: '', words: '' }],
  ]);
  leftOut = 0;
  /** Names that can be taken for others. */
  alike: LookAlike[] = [];
  /** Contacts that can be taken for others, by their addresses. */
  alikeContacts: LookAlike[] = [];
  /** Who is in a room, without me. */
  people = new Map<string, Occupant[]>([['1 choir@rooms.harbour.example', choir()]]);
  views = new Map<string, RoomView>();
  /** How many people a part of a list holds. */
  pageSize = 1_000;

  /** Whether I can write in private conversations, where that was said. */
  states = new Map<string, PrivateState>();

  private(chat: ChatRef): PrivateView {
    const room = roomOf(chat);
    const nick = chat.jid.slice(room.jid.length + 1);
    const there = this.people.get(keyOf(room))?.some((person) => person.nick === nick);
    return { room, room_name: 'Choir practice', nick, state: this.states.get(keyOf(chat)) ?? (there ? 'ready' : 'gone') };
  }

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
        moderates: true,
        members_only: false,
        password: false,
        moderated: false,
        addresses_shown: true,
        persistent: true,
        hidden: false,
        pictures: true,
      },
      notify: null,
    };
    this.views.set(keyOf(room), view);
    return view;
  }

  /** Whom rooms do not invite. */
  notInvited: NotInvited[] = [];

  readonly handlers: Handlers = {
    room: ({ room }) => this.view(room),
    look_alikes: ({ names }) => this.alike.filter(({ name }) => names.includes(name)),
    alike_contacts: () => this.alikeContacts,
    find_rooms: ({ after }) => {
      const from = after === null ? 0 : Number(after);
      const more = this.found.length > from + this.pageSize;
      return { services: after === null ? ['rooms.harbour.example'] : [], rooms: this.found.slice(from, from + this.pageSize), more_behind: more ? String(from + this.pageSize) : null };
    },
    search_services: () => this.services,
    search_rooms: ({ words, after }) => {
      const wanted = words.toLowerCase();
      const all = this.channels.filter(({ jid, name, description }) => [jid, name.toLowerCase(), description.toLowerCase()].some((text) => text.includes(wanted)));
      const from = after === null ? 0 : Number(after);
      const more = all.length > from + this.pageSize;
      return { channels: all.slice(from, from + this.pageSize), more_behind: more ? String(from + this.pageSize) : null };
    },
    create_room: ({ account, name }) => ({ account, jid: `${name.toLowerCase().replace(/\s+/g, '-')}@rooms.harbour.example` }),
    enter_room: () => null,
    invite_to_room: ({ people }) => this.notInvited.filter(({ jid }) => people.includes(jid)),
    set_topic: ({ room, text }) => {
      this.view(room).subject = text;
      return null;
    },
    set_room_nick: ({ room, nick }) => {
      this.view(room).nick = nick;
      return null;
    },
    set_room_notify: ({ room, notify }) => {
      this.view(room).notify = notify;
      return null;
    },
    close_room: () => null,
    moderate: ({ room, nick }) => {
      this.people.set(keyOf(room), (this.people.get(keyOf(room)) ?? []).filter((one) => one.nick !== nick));
      return null;
    },
    room_people: ({ affiliation }) => ({
      people: [...this.ranks].flatMap(([jid, { affiliation: is, nick, words }]) => (is === affiliation ? [{ jid, nick, words }] : [])),
      left_out: this.leftOut,
    }),
    set_affiliation: ({ jid, affiliation, words }) => {
      this.ranks.set(jid, { nick: '', ...this.ranks.get(jid), affiliation, words });
      return null;
    },
    room_settings: () => this.form,
    set_room_settings: ({ form }) => {
      this.form = form;
      return null;
    },
    private_chat: ({ chat }) => (isPrivate(chat) ? this.private(chat) : null),
    begin_private_chat: ({ chat }) => {
      this.states.set(keyOf(chat), 'ready');
      return null;
    },
    occupants: ({ room, after }) => {
      const all = [...(this.people.get(keyOf(room)) ?? [])].sort((a, b) => (a.nick < b.nick ? -1 : 1));
      const from = after === null ? 0 : all.filter(({ nick }) => nick <= after).length;
      return { occupants: all.slice(from, from + this.pageSize), more: all.length > from + this.pageSize };
    },
  };
}
