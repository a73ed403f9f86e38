import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import type { Channel } from '../src/lib/contract';
import { where } from '../src/state/place.svelte';
import { channelWords } from '../src/words/room';
import { attacks } from './attacks';
import { stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;
const service = (jid: string) => document.querySelector<HTMLInputElement>(`[data-test="service"][data-jid="${jid}"]`)!;
const found = () => [...document.querySelectorAll<HTMLElement>('[data-test="found-channel"]')].map(({ dataset }) => dataset.jid);
const button = () => byTest('search-now') as HTMLButtonElement;

async function open(): Promise<void> {
  where.dialog = { kind: 'find-rooms' };
  render(Dialogs);
  await until(() => byTest('way-search') !== null);
  await fireEvent.click(byTest('way-search'));
  await until(() => fake.calls('search_services').length === 1 && screen.queryByText(/whether it searches/) === null);
}

async function say(words: string): Promise<void> {
  await fireEvent.input(byTest('channel-words'), { target: { value: words } });
}

async function search(words: string): Promise<void> {
  await say(words);
  await fireEvent.submit(byTest('search-rooms-form'));
  await until(() => byTest('found-channels').getAttribute('aria-busy') === 'false');
}

describe('searching for rooms by words', () => {
  it('asks a part of one’s own server, and a click on a room leads into it', async () => {
    await open();
    expect(service('search.harbour.example').checked).toBe(true);
    expect(byTest('who-learns').textContent).toContain('search.harbour.example');
    await search('BREAD');
    expect(found()).toEqual(['bread@rooms.baker.example']);
    expect(fake.calls('search_rooms')).toEqual([{ account: 1, service: 'search.harbour.example', words: 'BREAD', after: null }]);
    await fireEvent.click(byTest('found-channel'));
    expect(where.dialog).toEqual({ kind: 'enter-room', room: { account: 1, jid: 'bread@rooms.baker.example' }, name: 'bread@rooms.baker.example', password: false });
  });

  it('asks nobody else before they were chosen and named', async () => {
    fake.rooms.services = [];
    await open();
    await say('bread');
    expect(service('search.jabber.network').checked).toBe(false);
    expect(button().disabled).toBe(true);
    await fireEvent.submit(byTest('search-rooms-form'));
    expect(fake.calls('search_rooms')).toEqual([]);
    expect(byTest('who-learns')).toBeNull();
    await fireEvent.click(service('search.jabber.network'));
    await until(() => byTest('who-learns') !== null);
    expect(byTest('who-learns').textContent).toBe('Your words and your address go to search.jabber.network.');
    expect(fake.calls('search_rooms')).toEqual([]);
    await search('bread');
    expect(fake.calls('search_rooms')[0]?.service).toBe('search.jabber.network');
  });

  it('takes the address of another service, and only one that is an address', async () => {
    await open();
    await fireEvent.click(service('other'));
    await until(() => byTest('service-address') !== null);
    await say('bread');
    for (const [address, good] of [
      ['', false],
      ['not a server', false],
      ['search.elsewhere.example', true],
    ] as const) {
      await fireEvent.input(byTest('service-address'), { target: { value: address } });
      expect(button().disabled, address).toBe(!good);
    }
    await search('bread');
    expect(fake.calls('search_rooms')[0]?.service).toBe('search.elsewhere.example');
  });

  it('can be told by a server that says nothing', async () => {
    fake.refusing.set('search_services', { code: { kind: 'not_connected' }, detail: '' });
    await open();
    expect(service('search.jabber.network')).toBeTruthy();
  });

  it('shows more by a button, each room once, and no more than a bound', async () => {
    fake.rooms.pageSize = 2;
    const channel = (n: number): Channel => ({ jid: `r${n % 5}@rooms.example`, name: `Tea ${n}`, description: '', language: '', people: n, open: true });
    fake.rooms.channels = Array.from({ length: 8 }, (_, n) => channel(n));
    await open();
    await search('tea');
    expect(found()).toEqual(['r0@rooms.example', 'r1@rooms.example']);
    await fireEvent.click(byTest('more-channels'));
    await until(() => found().length === 4);
    await fireEvent.click(byTest('more-channels'));
    await until(() => found().length === 5);
    await fireEvent.click(byTest('more-channels'));
    await until(() => byTest('more-channels') === null);
    expect(found()).toHaveLength(5);
    expect(fake.calls('search_rooms').map(({ after }) => after)).toEqual([null, '2', '4', '6']);
    fake.rooms.pageSize = 300;
    fake.rooms.channels = Array.from({ length: 900 }, (_, n) => ({ ...channel(n), jid: `x${n}@rooms.example` }));
    await search('tea');
    await fireEvent.click(byTest('more-channels'));
    await until(() => fake.calls('search_rooms').length === 6 && byTest('more-channels') === null);
    expect(document.querySelectorAll('[data-test="found-channel"]').length).toBeLessThan(200);
  });

  it('leaves a service alone for as long as that wants', async () => {
    await open();
    fake.refusing.set('search_rooms', { code: { kind: 'too_often', seconds: 30 }, detail: '' });
    vi.useFakeTimers();
    try {
      await say('bread');
      await fireEvent.submit(byTest('search-rooms-form'));
      await vi.advanceTimersByTimeAsync(100);
      expect(screen.getByText(/again in 30 seconds/)).toBeTruthy();
      expect(button().disabled).toBe(true);
      fake.refusing.clear();
      await vi.advanceTimersByTimeAsync(29_000);
      expect(button().disabled).toBe(true);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(button().disabled).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says in words that the words are of no use, with what the service says', async () => {
    await open();
    fake.refusing.set('search_rooms', { code: { kind: 'bad_search' }, detail: 'three letters at least' });
    await say('b');
    await fireEvent.submit(byTest('search-rooms-form'));
    await until(() => screen.queryByText(/can make nothing of these words/) !== null);
    expect(screen.getByText('three letters at least')).toBeTruthy();
  });

  it('says what a service tells of a room, and makes nothing of what makes no sense', () => {
    const bare: Channel = { jid: 'tea@rooms.example', name: '', description: '', language: '', people: null, open: null };
    expect(channelWords(bare)).toBe('');
    expect(channelWords({ ...bare, description: 'Tea', people: 1, open: true, language: 'en' })).toBe('1 person · open to everybody · English · tea@rooms.example');
    expect(channelWords({ ...bare, people: 2, open: false, language: '!!' })).toBe('2 people · not open to everybody · !!');
  });

  it.each(attacks)('%j stays text as a name, a description and a language', async (attack) => {
    fake.rooms.channels = [{ jid: 'tea@rooms.example', name: attack, description: attack, language: attack, people: 1, open: true }];
    await open();
    await search('tea');
    expect(found()).toEqual(['tea@rooms.example']);
    expect(byTest('found-channel').textContent).toContain(attack.trim());
    expect(byTest('found-channel').querySelector('script, img, a, svg')).toBeNull();
  });
});
