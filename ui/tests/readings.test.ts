import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { crowd } from '../src/dev/people';
import type { ChatRef, ChatSummary, Contact } from '../src/lib/contract';
import { useCarrier, type AllCommands, type Answer, type Ask } from '../src/lib/link';
import { chats } from '../src/state/chats.svelte';
import { chatOf, contacts } from '../src/state/contacts.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { own } from '../src/state/own.svelte';
import { readings, take } from '../src/state/readings';
import { requests } from '../src/state/requests.svelte';
import { hear } from '../src/state/sync.svelte';
import { bob, fastest, hiro, stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});
afterEach(() => vi.useRealTimers());

/** Holds back the answers to a command, as they were when it was asked, until each is let go. */
function holdBack<K extends keyof AllCommands>(held: K): { waiting: number; letGo: () => void } {
  const queue: (() => void)[] = [];
  useCarrier({
    async ask<N extends keyof AllCommands>(name: N, ask: Ask<N>): Promise<Answer<N>> {
      const answer = await fake.ask(name, ask);
      if ((name as string) === held) await new Promise<void>((go) => queue.push(go));
      return answer;
    },
    listen: (name, heard) => fake.listen(name, heard),
  });
  return {
    get waiting() {
      return queue.length;
    },
    letGo: () => queue.shift()!(),
  };
}

const settled = () => new Promise((later) => setTimeout(later, 60));

/** What was asked about contacts and chats: a chat that an earlier test left open may read itself again. */
function listsAsked() {
  const lists = ['overview', 'contacts', 'chats', 'contact_page', 'chat_page'];
  return fake.asked.filter(({ name }) => lists.includes(name));
}

function presence(availability: Contact['presence']['availability']): void {
  fake.overview.contacts[0]!.presence = { availability, status: '' };
}

describe('a single change', () => {
  it('of a contact reads that contact, and nothing else', async () => {
    presence('busy');
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => contacts.get(bob)?.presence.availability === 'busy');
    expect(listsAsked()).toEqual([{ name: 'contacts', ask: { contacts: [bob] } }]);
  });

  it('of a chat moves its line to where it belongs, and reads no other', async () => {
    const before = chats.rows;
    fake.overview.chats.find(({ chat }) => chat.jid === hiro.jid)!.stands_at = fake.now;
    hear({ kind: 'chats', chats: [hiro] });
    await until(() => chats.all[0]?.chat.jid === hiro.jid);
    expect(listsAsked()).toEqual([{ name: 'chats', ask: { chats: [hiro] } }]);
    expect(chats.rows.filter((row) => !before.includes(row))).toHaveLength(1);
  });

  it('takes away who is no contact any more, and what is no chat', async () => {
    fake.overview.contacts = fake.overview.contacts.filter(({ jid }) => jid !== bob.jid);
    fake.overview.chats = fake.overview.chats.filter(({ chat }) => chat.jid !== bob.jid);
    hear({ kind: 'contacts', contacts: [bob] });
    hear({ kind: 'chats', chats: [bob] });
    await until(() => !contacts.get(bob) && !chats.get(bob));
    expect(chats.unread).toBe(0);
    expect(contacts.groups).toEqual(['Choir', 'Friends', 'Work']);
    expect(contacts.count).toBe(fake.overview.contacts.length);
  });

  it('of anything else reads neither contacts nor chats', async () => {
    fake.overview.requests.contacts = [];
    for (const kind of ['accounts', 'own', 'requests', 'settings', 'notices', 'tryout'] as const) hear({ kind });
    await until(() => requests.count === 2);
    await settled();
    expect(listsAsked()).toEqual([]);
    expect(fake.calls('standing').length).toBeLessThanOrEqual(2);
  });

  it('gives the open chat its new name', async () => {
    await conversations.show(hiro);
    fake.overview.chats.find(({ chat }) => chat.jid === hiro.jid)!.name = 'Hiro T.';
    hear({ kind: 'chats', chats: [hiro] });
    await until(() => conversations.open?.name === 'Hiro T.');
  });

  it('gives the open chat the new name of a contact with whom nothing was said yet', async () => {
    const friend = fake.overview.contacts.find((contact) => !chats.get(chatOf(contact)))!;
    await conversations.show(chatOf(friend));
    friend.name = 'Friend of the choir';
    hear({ kind: 'contacts', contacts: [chatOf(friend)] });
    await until(() => conversations.open?.name === 'Friend of the choir');
  });

  it('tells of a block, also of somebody who is no contact', async () => {
    const before = contacts.blocking;
    hear({ kind: 'contacts', contacts: [{ account: 1, jid: 'offers@loud.example' }] });
    await until(() => contacts.blocking > before);
    const then = contacts.blocking;
    presence('away');
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => contacts.get(bob)?.presence.availability === 'away');
    expect(contacts.blocking).toBe(then);
    fake.overview.contacts[0]!.blocked = true;
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => contacts.blocking > then);
  });
});

describe('a stale answer', () => {
  it.each([
    ['after something was missed', () => hear({ kind: 'resync', left_out: 1 })],
    ['at the beginning', () => void readings.everything()],
  ])('to a question for everything, %s, never comes after a newer one for one contact', async (_, ask) => {
    const overview = holdBack('overview');
    presence('away');
    ask();
    await until(() => overview.waiting === 1);
    presence('busy');
    hear({ kind: 'contacts', contacts: [bob] });
    await settled();
    expect(fake.calls('contacts'), 'asked before the older answer was there').toEqual([]);
    overview.letGo();
    await until(() => contacts.get(bob)?.presence.availability === 'busy');
    await settled();
    expect(contacts.get(bob)?.presence.availability).toBe('busy');
  });

  it('does not bring back who was removed, nor take away who was added', async () => {
    const overview = holdBack('overview');
    hear({ kind: 'resync', left_out: 1 });
    await until(() => overview.waiting === 1);
    const [gone, ...kept] = fake.overview.contacts;
    const mara = { ...gone!, jid: 'mara@harbour.example', name: 'Mara' };
    fake.overview.contacts = [...kept, mara];
    hear({ kind: 'contacts', contacts: [chatOf(gone!), chatOf(mara)] });
    overview.letGo();
    await until(() => !!contacts.get(chatOf(mara)));
    await settled();
    expect(contacts.get(chatOf(gone!))).toBeUndefined();
    expect(contacts.get(chatOf(mara))?.name).toBe('Mara');
  });

  it('about one contact never comes after a newer one', async () => {
    const one = holdBack('contacts');
    presence('away');
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => one.waiting === 1);
    presence('busy');
    hear({ kind: 'contacts', contacts: [bob] });
    await settled();
    expect(one.waiting, 'one question at a time').toBe(1);
    one.letGo();
    await until(() => one.waiting === 1);
    expect(contacts.get(bob)?.presence.availability).toBe('away');
    one.letGo();
    await until(() => contacts.get(bob)?.presence.availability === 'busy');
  });

  it('does not undo what was set here meanwhile', async () => {
    const standing = holdBack('standing');
    hear({ kind: 'requests' });
    await until(() => standing.waiting === 1);
    await own.setStatus('busy', 'Not now');
    standing.letGo();
    await until(() => standing.waiting === 1);
    expect(own.view).toMatchObject({ availability: 'busy', status: 'Not now' });
    standing.letGo();
    await settled();
    expect(own.view).toMatchObject({ availability: 'busy', status: 'Not now' });
  });

  it('about an open chat does not say that somebody still types', async () => {
    await conversations.show(bob);
    hear({ kind: 'typing', chat: bob, nick: null, composing: true });
    const open = holdBack('open_chat');
    const refreshing = conversations.open!.refresh();
    await until(() => open.waiting === 1);
    hear({ kind: 'typing', chat: bob, nick: null, composing: false });
    open.letGo();
    await refreshing;
    expect(conversations.open!.typing).toEqual([]);
    hear({ kind: 'typing', chat: bob, nick: null, composing: true });
    const again = conversations.open!.refresh();
    await until(() => open.waiting === 1);
    hear({ kind: 'typing', chat: bob, nick: null, composing: true });
    open.letGo();
    await again;
    expect(conversations.open!.typing).toEqual([bob.jid]);
  });
});

describe('a reading that fails', () => {
  it('is made up for with the next one', async () => {
    fake.refusing.set('contacts', { code: { kind: 'storage' }, detail: '' });
    presence('busy');
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => fake.calls('contacts').length > 0);
    await settled();
    fake.refusing.clear();
    hear({ kind: 'own' });
    await until(() => contacts.get(bob)?.presence.availability === 'busy');
  });
});

describe('10,000 contacts and chats', () => {
  const many = 10_000;

  beforeEach(() => {
    fake.overview.contacts = crowd(many);
    fake.overview.chats = fake.overview.contacts.map(
      (contact, i): ChatSummary => ({
        chat: chatOf(contact),
        kind: 'contact',
        name: contact.name,
        room: null,
        unread: 0,
        last_text: '',
        last_file: null,
        last_is_mine: false,
        last_at: i,
        last_message: i,
        stands_at: i,
        draft: '',
        avatar: null,
      }),
    );
    contacts.replace([]);
    chats.replace([]);
  });

  it('begin with what one answer holds, and the rest follows in pages', async () => {
    const page = holdBack('contact_page');
    const reading = readings.everything();
    await until(() => page.waiting === 1);
    expect([contacts.count, chats.count]).toEqual([fake.pageSize, fake.pageSize]);
    expect(chats.all[0]?.stands_at).toBe(many - 1);
    for (let left = many / fake.pageSize - 1; left > 0; left--) {
      await until(() => page.waiting === 1);
      page.letGo();
    }
    await reading;
    expect([contacts.count, chats.count]).toEqual([many, many]);
    expect(chats.all.map(({ stands_at }) => stands_at)).toEqual(Array.from({ length: many }, (_, i) => many - 1 - i));
    expect(fake.calls('overview')).toHaveLength(1);
  });

  it('are not cut short while they are read again', async () => {
    await readings.everything();
    const page = holdBack('chat_page');
    const reading = readings.everything();
    await until(() => page.waiting === 1);
    expect([contacts.count, chats.count]).toEqual([many, many]);
    while (fake.calls('chat_page').length < 20 || page.waiting > 0) {
      if (page.waiting > 0) page.letGo();
      await new Promise((later) => setTimeout(later, 0));
    }
    await reading;
    expect([contacts.count, chats.count]).toEqual([many, many]);
  });

  it('a change of most of them is read in pages', async () => {
    await readings.everything();
    fake.asked.length = 0;
    hear({ kind: 'contacts', contacts: fake.overview.contacts.slice(0, 5_000).map(chatOf) });
    await until(() => fake.calls('contact_page').length === many / fake.pageSize);
    expect(fake.calls('contacts')).toEqual([]);
  });

  it('550 changes a second cost as much as 550 contacts, not as 10,000', async () => {
    take(structuredClone({ ...fake.overview, more_contacts: false, more_chats: false }));
    const real = performance.now.bind(performance);
    // How long a reading rests depends on what the last one cost: on this machine, and while whatever else ran on it.
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => fake.calls('contacts').length > 0);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    hear({ kind: 'contacts', contacts: [bob] });
    await vi.advanceTimersByTimeAsync(2_000);
    fake.asked.length = 0;
    const seconds = 5;
    /** The resident gathers changes for 50 ms. */
    const frames = 20 * seconds;
    const others = 'Others';
    const before = contacts.rows(others, new Set());
    let turn = 0;
    const touched = new Set<number>();
    const costs: number[] = [];
    for (let frame = 0; frame < frames; frame++) {
      const named: ChatRef[] = [];
      for (let i = 0; i < 550 / 20; i++) {
        const at = (turn += 37) % many;
        const contact = fake.overview.contacts[at]!;
        const availability = contact.presence.availability === 'offline' ? 'available' : 'offline';
        fake.overview.contacts[at] = { ...contact, presence: { availability, status: `${turn}` } };
        touched.add(at);
        named.push(chatOf(contact));
      }
      const begun = real();
      hear({ kind: 'contacts', contacts: named });
      await vi.advanceTimersByTimeAsync(50);
      costs.push(real() - begun);
      expect(contacts.rows(others, new Set()).length).toBe(before.length);
    }
    await vi.advanceTimersByTimeAsync(2_000);

    const kinds = new Set(fake.asked.map(({ name }) => name));
    expect([...kinds], 'nothing but the contacts that changed is read').toEqual(['contacts']);
    const asked = fake.calls('contacts');
    expect(asked.length).toBeLessThanOrEqual(frames);
    const read = asked.reduce((sum, { contacts: names }) => sum + names.length, 0);
    expect(read).toBeLessThanOrEqual(Math.ceil(550 / 20) * frames);
    const known = new Set(before);
    const fresh = contacts.rows(others, new Set()).filter((row) => row.kind === 'contact' && !known.has(row));
    expect(fresh.length, 'every other row is the same object as before').toBe(touched.size);
    for (const at of touched) {
      const contact = fake.overview.contacts[at]!;
      expect(contacts.get(chatOf(contact))?.presence).toEqual(contact.presence);
    }
    const all = structuredClone(fake.overview.contacts);
    vi.useRealTimers();
    const whole = fastest(() => {
      contacts.replace(all);
      contacts.rows(others, new Set());
    });
    // Both when nothing else ran: a tenth of it, of which the fake itself takes most.
    expect(Math.min(...costs)).toBeLessThan(whole / 2);
  });
});
