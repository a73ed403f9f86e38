/** Sample people for development and tests; they stand for nobody. */
import type { Availability, ChatSummary, Contact, Message, Mood, Overview, Subscription } from '../lib/contract';

export const minute = 60_000;
export const hour = 60 * minute;
const day = 24 * hour;

interface Person {
  node: string;
  name: string;
  groups: string[];
  availability: Availability;
  status?: string;
  subscription?: Subscription;
  waiting?: boolean;
  mood?: Mood;
  nick?: string;
}

const people: Person[] = [
  { node: 'bob', name: 'Bob Nowak', groups: ['Friends'], availability: 'available', status: 'Baking bread', mood: { feeling: 'hopeful', words: 'the crust crackles' }, nick: 'Bobby' },
  { node: 'carla', name: 'Carla Méndez', groups: ['Friends', 'Choir'], availability: 'away', status: 'Back at three' },
  { node: 'dmitri', name: 'Dmitri Orlow', groups: ['Work'], availability: 'busy', status: 'In a meeting until the meeting about meetings' },
  { node: 'emeka', name: 'Emeka Obi', groups: ['Work'], availability: 'extended_away' },
  { node: 'fatima', name: 'Fatima Zahra', groups: ['Choir'], availability: 'offline' },
  { node: 'greta', name: 'Greta Lindqvist', groups: [], availability: 'available' },
  { node: 'hiro', name: 'Hiro Tanaka', groups: ['Work'], availability: 'available', status: '👋 Ask me anything' },
  { node: 'ines', name: 'Inês Duarte', groups: [], availability: 'offline', subscription: 'none', waiting: true },
];

const account = 1;
const server = 'harbour.example';

export function contact(person: Person): Contact {
  return {
    account,
    jid: `${person.node}@${server}`,
    name: person.name,
    groups: person.groups,
    subscription: person.subscription ?? 'both',
    waiting: person.waiting ?? false,
    blocked: false,
    presence: { availability: person.availability, status: person.status ?? '' },
    avatar: null,
    mood: person.mood ?? null,
    nick: person.nick ?? '',
    moved_to: null,
  };
}

/** So many contacts that a list which draws all of them would be felt. */
export function crowd(count: number): Contact[] {
  const states: Availability[] = ['available', 'away', 'busy', 'extended_away', 'offline'];
  return Array.from({ length: count }, (_, i) =>
    contact({ node: `person${i}`, name: `Person ${i}`, groups: [`Group ${i % 20}`], availability: states[i % 5]! }),
  );
}

const talk: [author: 'me' | 'bob', ago: number, body: string][] = [
  ['bob', 3 * day, 'Did you ever find the recipe for the dark rye?'],
  ['me', 3 * day - 4 * minute, 'I did! It was in the tin with the biscuit cutters, of all places.'],
  ['me', 3 * day - 5 * minute, 'https://bread.example/rye?loaf=2 is close to it, but the tin has the better one.'],
  ['bob', 3 * day - 30 * minute, '😂'],
  ['bob', day + 2 * hour, 'I let it rise overnight. The kitchen smells like a brewery now.'],
  ['bob', day + 2 * hour - minute, 'Is that… good?'],
  ['me', day + hour, 'That is exactly right. Write to help@bread.example if it starts to sing.'],
  ['bob', 40 * minute, '/me puts the loaf into the oven'],
  ['bob', 38 * minute, 'Forty minutes, then we will know. I am turning it once at half time, as the tin says, and I have put a bowl of water underneath so that the crust does not crack before it has to.'],
  ['me', 30 * minute, 'Send word when the crust crackles!'],
  ['bob', 6 * minute, 'It crackles!'],
  ['bob', 5 * minute, 'Come over, there is plenty.\nBring butter.'],
];

export function conversation(now: number): Message[] {
  return talk.map(([author, ago, body], i) => ({
    id: i + 1,
    chat: { account, jid: `bob@${server}` },
    author: { kind: author === 'me' ? 'me' : 'contact' },
    body,
    at: now - ago,
    delivery: author === 'me' ? 'read' : null,
    failure: '',
    seen: i < talk.length - 2,
    corrected: false,
    reactions: [],
    retracted: false,
    moderated: null,
    encryption: null,
    unstyled: false,
    reply: null,
    occupant: null,
  }));
}

/** A conversation of any length. */
export function longConversation(now: number, count: number): Message[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    chat: { account, jid: `hiro@${server}` },
    author: { kind: i % 3 === 0 ? 'me' : 'contact' },
    body: `Message ${i + 1}. ${'A few more words. '.repeat(i % 7)}`,
    at: now - (count - i) * 3 * minute,
    delivery: i % 3 === 0 ? 'arrived' : null,
    failure: '',
    seen: true,
    corrected: false,
    reactions: [],
    retracted: false,
    moderated: null,
    encryption: null,
    unstyled: false,
    reply: null,
    occupant: null,
  }));
}

function summary(node: string, name: string, now: number, ago: number, last: string, more: Partial<ChatSummary> = {}): ChatSummary {
  return {
    chat: { account, jid: node.includes('@') ? node : `${node}@${server}` },
    kind: 'contact',
    name,
    room: null,
    unread: 0,
    last_text: last,
    last_file: null,
    last_is_mine: false,
    last_at: now - ago,
    last_message: null,
    stands_at: now - ago,
    draft: '',
    avatar: null,
    ...more,
  };
}

export function sampleOverview(now: number): Overview {
  return {
    accounts: [
      {
        id: account,
        jid: `alice@${server}`,
        enabled: true,
        connection: { kind: 'online', features: { carbons: true, blocking: true, archive: true } },
        connect: null,
        secret: 'keyring',
        connected: {
          transport: 'direct_tls',
          host: 'xmpp.harbour.example',
          port: 5223,
          proxy: null,
          tls: 'TLS 1.3',
          mechanism: 'SCRAM-SHA-256-PLUS',
          token: null,
          binding: 'tls-exporter',
          offer_confirmed: true,
          failed: [],
        },
        pinned: 'SCRAM-SHA-256-PLUS',
        proxy: 'system',
        allow_plain: false,
        catching_up: null,
        avatar: null,
        mood: null,
        nick: '',
        moving: null,
      },
    ],
    contacts: people.map(contact),
    more_contacts: false,
    more_chats: false,
    chats: [
      summary('bob', 'Bob Nowak', now, 5 * minute, 'Come over, there is plenty. Bring butter.', { unread: 2 }),
      summary('choir@rooms.harbour.example', 'Choir practice', now, 50 * minute, 'Fatima: Thursday at seven, then', { kind: 'room' }),
      summary('hiro', 'Hiro Tanaka', now, 3 * hour, 'Message 100000.', { last_is_mine: true }),
      summary('fatima', 'Fatima Zahra', now, day, 'See you on Thursday', { draft: 'Could you bring the' }),
      summary('dmitri', 'Dmitri Orlow', now, 5 * day, 'Thanks, I will have a look'),
    ],
    requests: {
      contacts: [{ account, jid: 'jonas@fjord.example', nick: 'Jonas', text: 'We met at the choir weekend.', at: now - hour, moved: null }],
      strangers: [{ account, jid: 'offers@loud.example', messages: 3, last_text: 'You have been chosen! Click now', last_file: null, at: now - 2 * hour }],
      invites: [
        { id: 1, account, room: 'garden@rooms.harbour.example', from: `greta@${server}`, reason: 'Planning the garden party', via: 'mediated', at: now - 3 * hour },
      ],
      left_out: 0,
    },
    own: { availability: 'available', idle: false, status: 'Watching the tide', mute: null },
    settings: {
      general: {
        theme: 'system',
        language: '', person_colours: true,
        start_at_login: true,
        away_after_minutes: 10,
        told_about_running: false,
        availability: 'available',
        status: 'Watching the tide',
      },
      privacy: { who_may_write: 'contacts_others_ask', send_typing: true, send_receipts: true, send_read_marks: true, send_idle: false },
      in_window: { flash: false, announce: true },
    },
    tryout: {
      exists: true,
      role: 'alice',
      folder: '/home/alice/.local/share/carillon/try',
      password_files: ['/home/alice/.local/share/carillon/try/alice/password', '/home/alice/.local/share/carillon/try/bob/password'],
    },
    notices: [],
    desktop: { tray: true, notifications: 'Notify', sound: true, keyring: true, language: 'en' },
    locked: false,
    version: '0.1.0',
  };
}

export function roomConversation(now: number): Message[] {
  const said: [string | null, number, string][] = [
    ['Greta', 70, 'Who has the key to the hall?'],
    ['Emeka', 66, 'I do. I can open at half past six.'],
    ['Greta', 65, 'Wonderful.'],
    [null, 60, 'Shall I bring the scores?'],
    ['Fatima', 52, '/me waves'],
    ['Fatima', 50, 'Thursday at seven, then'],
  ];
  return said.map(([nick, ago, body], i) => ({
    id: i + 1,
    chat: { account, jid: 'choir@rooms.harbour.example' },
    author: nick ? { kind: 'occupant', nick } : { kind: 'me' },
    body,
    at: now - ago * minute,
    delivery: nick ? null : 'sent',
    failure: '',
    seen: true,
    corrected: false,
    reactions: [],
    retracted: false,
    moderated: null,
    encryption: null,
    unstyled: false,
    reply: null,
    occupant: null,
  }));
}
