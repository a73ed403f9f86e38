/** What a browser shows in development: `?scene=…&theme=dark&language=de&people=10000&long=100000`. */
import { useCarrier } from '../lib/link';
import { Fake } from './fake';
import { crowd } from './people';

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
    trouble: () => {
      overview.accounts[0]!.connection = { kind: 'stopped', problem: { kind: 'password_refused' } };
      overview.notices = [{ kind: 'settings_set_aside', path: '/home/alice/.config/carillon/settings.toml.bad', detail: 'line 3: unexpected “=”' }];
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
