/** What a browser shows in development: `?scene=…&theme=dark&language=de&people=10000&long=100000`. */
import { useCarrier } from '../lib/link';
import { keyOf } from '../lib/chatref';
import { privately } from '../lib/private';
import type { Message } from '../lib/contract';
import { conversations } from '../state/conversation.svelte';
import { finding, search } from '../state/finding.svelte';
import { where } from '../state/place.svelte';
import { outbox } from '../state/outbox.svelte';
import { recording } from '../state/recording.svelte';
import { emptyRow } from './alerts';
import { Fake } from './fake';
import { crowd } from './people';
import { occupant } from './rooms';

export function playScene(): Fake {
  const query = new URLSearchParams(location.search);
  const fake = new Fake(Date.now(), Number(query.get('long') ?? 2_000));
  const { overview } = fake;
  overview.settings.general.theme = (query.get('theme') as 'light' | 'dark' | null) ?? 'system';
  overview.settings.general.language = query.get('language') ?? '';
  const people = Number(query.get('people') ?? 0);
  if (people > 0) overview.contacts = [...overview.contacts, ...crowd(people)];
  const scenes: Record<string, () => void> = {
    welcome: () => {
      overview.accounts = [];
      overview.contacts = [];
      overview.chats = [];
      overview.requests = { contacts: [], strangers: [], invites: [], left_out: 0 };
      overview.tryout = { ...overview.tryout, exists: false, role: null };
    },
    empty: () => {
      overview.contacts = [];
      overview.chats = [];
      overview.requests = { contacts: [], strangers: [], invites: [], left_out: 0 };
    },
    alerts: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      const { rules } = fake;
      fake.rows.generic = { ...emptyRow, volume: 50 };
      fake.rows.mention = { ...emptyRow, sound: 'builtin:knock', volume: 80, repeat: { times: 3, every: 30, escalate: ['popup', 'sound'] } };
      fake.rows.contact_status = { ...emptyRow, popup: 'banner', seconds: 5 };
      rules.of({ kind: 'chat', chat }).rows.message = { ...emptyRow, sound: 'builtin:buzz' };
      rules.of({ kind: 'chat', chat }).break_through = true;
      rules.conditions.quiet = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '22:00', to: '07:00', off: false, tell_after: true }];
      rules.conditions.keywords = ['bread', 'choir'];
      rules.watches = [{ chat, name: 'Bob Nowak', once: true, expires: fake.now + 86_400_000, after_hours: 4 }];
      rules.profiles = {
        profiles: [{ name: 'Work', when: { kind: 'schedule', hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }] }, rows: {} }],
        choice: 'automatic',
        active: 'Work',
      };
    },
    'two-accounts': () => {
      const [first] = overview.accounts;
      overview.accounts = [...overview.accounts, { ...first!, id: 2, jid: 'alice.lindqvist@work-with-a-long-name.example' }];
      const same = overview.contacts.slice(0, 6).map((contact) => ({ ...contact, account: 2 }));
      overview.contacts = [...overview.contacts, ...same];
      const [talk] = overview.chats;
      overview.chats = [...overview.chats, { ...talk!, chat: { ...talk!.chat, account: 2 } }];
      overview.requests.contacts = overview.requests.contacts.map((one) => ({ ...one, account: 2 }));
      if (query.has('chat')) setTimeout(() => where.showChat({ account: 1, jid: 'bob@harbour.example' }), 300);
      if (query.has('contacts')) where.showSection('contacts');
    },
    trouble: () => {
      overview.accounts[0]!.connection = { kind: 'stopped', problem: { kind: 'password_refused' } };
      overview.notices = [{ kind: 'settings_set_aside', path: '/home/alice/.config/carillon/settings.toml.bad', detail: 'line 3: unexpected “=”' }];
    },
    slow: () => {
      overview.accounts[0]!.catching_up = { taken: 1_200, total: 98_000, stopped: false, slow: true };
    },
    room: () => {
      where.showChat({ account: 1, jid: 'choir@rooms.harbour.example' });
      where.people = true;
      const [first] = fake.histories.get('1 choir@rooms.harbour.example') ?? [];
      if (first) Object.assign(first, { body: '', retracted: true, moderated: { by: 'Carla', words: 'Keys are no topic here' } });
    },
    'room-picture': () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 96 });
      const context = canvas.getContext('2d')!;
      const sky = context.createLinearGradient(0, 0, 96, 96);
      for (const [at, colour] of [[0, '#7a1f3d'], [0.5, '#e0a030'], [1, '#1d3557']] as const) sky.addColorStop(at, colour);
      context.fillStyle = sky;
      context.fillRect(0, 0, 96, 96);
      const hash = '1'.padStart(40, '0');
      fake.avatars.set(hash, canvas.toDataURL('image/png').split(',')[1]!);
      const room = { account: 1, jid: 'choir@rooms.harbour.example' };
      overview.chats = overview.chats.map((summary) => (summary.chat.jid === room.jid ? { ...summary, avatar: hash } : summary));
      fake.rooms.view(room).about.description = 'We sing every Thursday at seven, in the hall behind the harbour. Bring water and a pencil; newcomers are welcome at any time of the year.';
      setTimeout(() => {
        where.showChat(room);
        where.people = true;
        if (query.has('choose')) where.dialog = { kind: 'room-avatar', room, name: 'Choir', has: true };
      }, 300);
    },
    'room-lists': () => {
      const room = { account: 1, jid: 'choir@rooms.harbour.example' };
      for (let n = 0; n < Number(query.get('members') ?? 12); n += 1) fake.rooms.ranks.set(`guest-with-a-rather-long-name-${n}@harbour.example`, { affiliation: 'member', nick: n % 3 ? '' : `Guest ${n}`, words: '' });
      setTimeout(() => {
        where.showChat(room);
        where.people = true;
        where.dialog = { kind: 'room-lists', room, name: 'Choir', me: query.has('admin') ? 'admin' : 'owner' };
      }, 300);
    },
    'search-rooms': () => {
      if (query.has('none')) fake.rooms.services = [];
      for (let n = 0; n < Number(query.get('found') ?? 0); n += 1) fake.rooms.channels.push({ jid: `bread${n}@rooms.example`, name: `Bread for those who like it dark and rather heavy, number ${n}`, description: 'b'.repeat(300), language: 'pt-BR', people: n, open: null });
      setTimeout(() => (where.dialog = { kind: 'find-rooms' }), 300);
      setTimeout(() => document.querySelector<HTMLElement>('[data-test="way-search"]')?.click(), 600);
      setTimeout(() => {
        const words = document.querySelector<HTMLInputElement>('[data-test="channel-words"]');
        if (!words || !query.has('words')) return;
        words.value = query.get('words')!;
        words.dispatchEvent(new Event('input', { bubbles: true }));
        setTimeout(() => document.querySelector<HTMLElement>('[data-test="search-now"]')?.click(), 100);
      }, 1_200);
    },
    private: () => {
      const room = { account: 1, jid: 'choir@rooms.harbour.example' };
      const chat = privately(room, 'Fatima');
      const hers = { author: { kind: 'occupant', nick: 'Fatima' }, seen: true } as const;
      fake.say(chat, 'Psst: do you have the key to the hall?', { ...hers, occupant: 'id:1' });
      fake.say(chat, 'I do, under the mat as ever.', { author: { kind: 'me' }, delivery: 'sent', seen: true, occupant: 'id:1' });
      if (query.has('turn')) {
        fake.say(chat, 'Which mat was that again?', { ...hers, occupant: 'id:2' });
        fake.rooms.states.set(keyOf(chat), 'somebody_else');
      }
      if (query.has('gone')) fake.rooms.people.set(keyOf(room), []);
      setTimeout(() => where.showChat(chat), 300);
    },
    'room-alerts': () => where.showScope({ kind: 'chat', chat: { account: 1, jid: 'choir@rooms.harbour.example' } }),
    voice: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      for (const pictures of ['ask', 'shown'] as const) {
        const said = fake.say(chat, 'https://up.harbour.example/1/voice.flac');
        fake.files.hand(said.id, chat, { name: 'voice-2026-05-20-120000.flac', media_type: 'audio/flac', kind: 'voice', length: 12_300, size: 812_000, pictures });
      }
      setTimeout(() => {
        where.showChat(chat);
        void recording.begin(chat);
        setTimeout(() => (fake.files.recording = { milliseconds: 65_000, level: 62, ended: false }), 200);
      }, 500);
    },
    thumbnail: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 40 });
      const context = canvas.getContext('2d')!;
      const sky = context.createLinearGradient(0, 0, 0, 40);
      for (const [at, colour] of [[0, '#27406b'], [0.55, '#e08a4a'], [0.6, '#1d3b4f'], [1, '#0d1f2b']] as const) sky.addColorStop(at, colour);
      context.fillStyle = sky;
      context.fillRect(0, 0, 64, 40);
      const thumbnail = { bytes: canvas.toDataURL('image/jpeg').split(',')[1]!, sides: [64, 40] as [number, number] };
      const said = fake.say(chat, 'https://up.harbour.example/1/sunset.jpg', { seen: true });
      fake.files.hand(said.id, chat, { name: 'sunset over the old harbour.jpg', pictures: 'shown', size: 4_100_000, coming: 1_300_000, thumbnail, expected: [4000, 2500] });
      fake.say(chat, 'Look!', { author: { kind: 'me' }, delivery: 'arrived', seen: true, reply: { kind: 'known', message: said.id, author: { kind: 'contact' }, text: 'sunset.jpg', retracted: false, file: fake.files.brief(said.id) } });
      const spoken = fake.say(chat, 'https://up.harbour.example/1/voice.flac', { seen: true });
      fake.files.hand(spoken.id, chat, { name: 'voice-2026-05-20-120000.flac', media_type: 'audio/flac', kind: 'voice', length: 12_300, size: 812_000, pictures: 'shown' });
      const listed = { last_text: 'https://up.harbour.example/1/voice.flac', last_file: fake.files.brief(spoken.id), last_message: spoken.id };
      overview.chats = overview.chats.map((summary) => (summary.chat.jid === chat.jid ? { ...summary, ...listed } : summary));
      fake.files.transfers.push({ transfer: 1, chat, name: 'minutes.pdf', media_type: 'application/pdf', size: 120_000, sent: null, failure: { kind: 'not_now', why: 'quota reached' } });
      setTimeout(() => where.showChat(chat), 500);
    },
    alike: () => {
      const bob = 'b\u043eb@harbour.example';
      fake.rooms.alike = [{ name: bob, of: 'bob@harbour.example' }, { name: 'C\u0430rla', of: 'Carla' }, { name: 'Carla', of: 'C\u0430rla' }];
      overview.requests.contacts.unshift({ account: 1, jid: bob, nick: '', text: 'My new phone, please accept', at: fake.now, moved: null });
      const room = { account: 1, jid: 'choir@rooms.harbour.example' };
      fake.rooms.people.get('1 choir@rooms.harbour.example')!.push(occupant('C\u0430rla'));
      fake.say(room, 'The concert is cancelled, write to me alone', { author: { kind: 'occupant', nick: 'C\u0430rla' }, seen: true });
      setTimeout(() => {
        if (query.has('requests')) return (where.section = 'requests');
        where.showChat(room);
        where.people = true;
      }, 300);
    },
    sending: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      const context = canvas.getContext('2d')!;
      const sky = context.createLinearGradient(0, 0, 0, 240);
      for (const [at, colour] of [[0, '#2b5f9e'], [0.6, '#f2b680'], [0.61, '#1d3557'], [1, '#0b1b2b']] as const) sky.addColorStop(at, colour);
      context.fillStyle = sky;
      context.fillRect(0, 0, 320, 240);
      fake.files.shown = canvas.toDataURL('image/png').split(',')[1]!;
      setTimeout(() => {
        where.showChat(chat);
        outbox.put(chat, ['/home/alice/harbour.jpg', '/home/alice/notes.txt'].map((path) => ({ kind: 'path', path }) as const));
        setTimeout(() => outbox.of(chat)[0] && (outbox.of(chat)[0]!.smaller = query.has('smaller')), 300);
      }, 500);
    },
    search: () => {
      setTimeout(() => {
        search.open();
        search.words = query.get('words') ?? 'bread';
        search.changed(() => null);
      }, 500);
    },
    find: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      setTimeout(() => {
        where.showChat(chat);
        finding.open(chat);
        finding.words = query.get('words') ?? 'bread';
        finding.changed();
      }, 500);
    },
    styles: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      fake.say(chat, '> Which flour was it?\n> > *Rye*, I think\n\nThe _dark_ one from https://mill.example, ~1 kg~ 2 kg. Set `oven = 230` and', { author: { kind: 'me' }, delivery: 'read', seen: true });
      fake.say(chat, '```sh\nbake --loaf rye --minutes 40 --temperature 230 --bowl-of-water yes --turn-at 20 --tell alice@harbour.example\necho *done*\n```\n*Then* wait.', { seen: true });
      fake.say(chat, '> האם זה *מוכן*?\nכן, `x = 1` ו_זהו_', { seen: true });
      fake.say(chat, '/me _hums_ loudly', { seen: true });
      setTimeout(() => where.showChat(chat), 500);
    },
    replies: () => {
      const chat = { account: 1, jid: query.get('chat') ?? 'bob@harbour.example' };
      const [first, second, third] = fake.histories.get(`1 ${chat.jid}`)!.slice(-4);
      const author = first!.author.kind === 'occupant' ? ({ kind: 'occupant', nick: 'Emeka' } as const) : ({ kind: 'contact' } as const);
      const to = (message: Message) => ({ kind: 'known', message: message.id, author: message.author, text: message.body, retracted: false, file: null }) as const;
      fake.say(chat, 'Half past six is fine', { author, seen: true, reply: to(first!) });
      fake.say(chat, 'And this answers something that was said long before, on another device', { author, seen: true, reply: { kind: 'unknown' } });
      fake.say(chat, 'Yes!', { author: { kind: 'me' }, delivery: 'read', seen: true, reply: to(second!) });
      fake.say(chat, '👍', { author: { kind: 'me' }, delivery: 'read', seen: true, reply: { ...to(third!), text: '', retracted: true } });
      setTimeout(() => where.showChat(chat), 300);
      setTimeout(() => conversations.open?.replying.begin(fake.histories.get(`1 ${chat.jid}`)!.at(-3)!), 900);
    },
    selecting: () => {
      const chat = { account: 1, jid: 'bob@harbour.example' };
      const all = fake.histories.get('1 bob@harbour.example')!;
      all.slice(-5, -2).forEach(({ id }) => fake.changes.pinned.add(id));
      setTimeout(() => where.showChat(chat), 300);
      setTimeout(() => {
        const open = conversations.open!;
        if (query.has('pins')) document.querySelector<HTMLElement>('[data-test="all-pins"]')?.click();
        else open.selecting.begin(open.history.messages.at(-3)!);
        if (!query.has('pins')) open.selecting.toggle(open.history.messages.at(-2)!);
        if (query.has('forward')) where.dialog = { kind: 'forward', messages: all.slice(-3, -1) };
      }, 900);
    },
    invite: () => {
      fake.self.serverInvites = query.has('server');
      setTimeout(() => (where.dialog = { kind: 'invitation', account: 1 }), 500);
    },
    uri: () => {
      if (query.has('new')) scenes.welcome!();
      setTimeout(() => (where.dialog = { kind: 'uri', uri: query.get('uri') ?? 'xmpp:juliet@capulet.example?roster;preauth=x;ibr=y;name=Juliet' }), 500);
    },
    moved: () => {
      const moved = (from: string, proven: boolean) => ({ from, proven });
      overview.requests.contacts.unshift(
        { account: 1, jid: 'bob@lighthouse.example', nick: 'Bob', text: '', at: fake.now, moved: moved('bob@harbour.example', true) },
        { account: 1, jid: 'hiro@elsewhere.example', nick: '', text: 'New number!', at: fake.now, moved: moved('hiro@harbour.example', false) },
      );
      setTimeout(() => (where.section = 'requests'), 300);
    },
    move: () => {
      fake.moves.another();
      if (query.has('running') || query.has('done')) fake.moves.sample(query.has('done'));
      setTimeout(() => (query.has('card') ? where.showSheet('accounts') : (where.dialog = { kind: 'move', account: 1 })), 500);
    },
    contacts: () => {
      fake.moves.another();
      setTimeout(() => where.showSheet('own-data'), 500);
      setTimeout(() => document.querySelector<HTMLElement>('[data-test="roster-choose"]')?.click(), 1_000);
    },
    profile: () => {
      setTimeout(() => (where.dialog = { kind: 'profile', account: 1 }), 500);
    },
    details: () => {
      setTimeout(() => (where.dialog = { kind: 'details', contact: fake.overview.contacts[0]! }), 500);
    },
    mood: () => {
      overview.accounts[0]!.mood = { feeling: 'in_love', words: 'with the sea' };
      setTimeout(() => document.querySelector<HTMLElement>('[data-test="own-status"]')?.click(), 800);
    },
    nick: () => {
      setTimeout(() => where.showSheet('accounts'), 500);
    },
    own: () => {
      setTimeout(() => where.showSheet('own-data'), 500);
      fake.searches.work = { kind: 'export', path: '/home/alice/carillon-everything.html', done: 34_000, total: 98_000, new: 0, chats: 0, skipped: [], state: { kind: 'running' } };
    },
    importing: () => {
      fake.searches.histories = [
        { program: 'gajim', path: '/home/alice/.local/share/gajim/logs.db', accounts: ['alice@harbour.example', 'alice@old.example'] },
        { program: 'pidgin', path: '/home/alice/.purple/logs/jabber', accounts: ['alice@harbour.example'] },
      ];
      const skipped = [{ cause: 'author', rows: 12 } as const, { cause: 'time', rows: 1 } as const];
      const state = query.has('done') ? ({ kind: 'finished' } as const) : query.has('failed') ? ({ kind: 'failed', detail: 'it cannot be read (database disk image is malformed); it was not changed' } as const) : ({ kind: 'running' } as const);
      fake.searches.work = { kind: 'import', path: '/home/alice/.local/share/gajim/logs.db', done: query.has('done') ? 98_000 : 34_000, total: 98_000, new: 33_050, chats: 41, skipped, state };
      setTimeout(() => where.showSheet('own-data'), 500);
    },
    nokeyring: () => {
      fake.refusing.set('sign_in', { code: { kind: 'no_keyring' }, detail: 'no keyring' });
      overview.accounts = [];
    },
    refused: () => {
      fake.refusing.set('sign_in', { code: { kind: 'session', problem: { kind: 'password_refused' } }, detail: 'not-authorized' });
      overview.accounts = [];
    },
  };
  scenes[query.get('scene') ?? '']?.();
  useCarrier(fake);
  queueMicrotask(() => fake.tell('focus', true));
  Object.assign(window, { fake });
  return fake;
}
