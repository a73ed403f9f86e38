import { fireEvent } from '@testing-library/svelte';
import { mount, unmount } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import { foundPieces, partsOf } from '../src/lib/found';
import { allParts } from '../src/lib/later.svelte';
import Main from '../src/screens/Main.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { dayBegins, finding, jumping, search } from '../src/state/finding.svelte';
import OwnDataSheet from '../src/settings/OwnDataSheet.svelte';
import { fileName } from '../src/state/work.svelte';
import { where } from '../src/state/place.svelte';
import { bob, hiro, noon, stage, until } from './stage';

const marked = (text: string, typed: string): string => foundPieces(text, partsOf(typed)).map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');

test('words are marked as the index finds them', () => {
  expect(marked('At the Café, tomorrow!', 'CAFE tom')).toBe('At the [Café], [tomorrow]!');
  expect(marked('see you, you see', '"see you"')).toBe('[see you], you see');
  expect(marked('see your', '"see you"')).toBe('see your');
  expect(marked('see your', '"see you')).toBe('[see your]');
  expect(marked('<b>bold</b>', 'b')).toBe('<[b]>[bold]</[b]>');
  expect(marked('anything', '!"…')).toBe('anything');
  expect(partsOf('a '.repeat(100))).toHaveLength(16);
});

test('a day begins and ends where the user lives', () => {
  expect(dayBegins('2026-05-20', 0)).toBe(new Date(2026, 4, 20).getTime());
  expect(dayBegins('2026-05-31', 1)).toBe(new Date(2026, 5, 1).getTime());
  expect(dayBegins('yesterday', 0)).toBeNull();
});

let fake: Fake;
let page: ReturnType<typeof mount> | null = null;
const one = (test: string): HTMLElement | null => document.querySelector(`[data-test="${test}"]`);
const press = (key: string, more: KeyboardEventInit = {}): boolean =>
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

function type(field: string, words: string): void {
  const input = one(field) as HTMLInputElement;
  input.value = words;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

beforeAll(allParts);

beforeEach(async () => {
  fake = await stage();
  search.close();
  search.words = '';
  search.who = 'anyone';
  search.from = '';
  search.until = '';
  search.hits = [];
  search.answered = false;
  finding.close();
  jumping.to = null;
  page = mount(Main, { target: document.body });
});

afterEach(async () => {
  if (page) await unmount(page);
  page = null;
  // The next file’s tests have the same document.
  expect(document.querySelector('[data-test]')).toBeNull();
});

/** Another page instead of the usual one. */
async function shows(other: typeof OwnDataSheet): Promise<void> {
  if (page) await unmount(page);
  page = mount(other, { target: document.body });
}

test('with the keyboard alone from a word to what was said', async () => {
  fake.say(bob, 'The <b>needle</b> is here', { at: noon });
  press('F', { ctrlKey: true, shiftKey: true });
  await until(() => document.activeElement === one('search-words'));
  type('search-words', 'need');
  await until(() => one('hit') !== null);
  expect(one('hit')!.textContent).toContain('<b>needle</b>');
  expect(one('hit')!.querySelector('mark')!.textContent).toBe('needle');
  expect(one('hit')!.querySelector('b')).toBeNull();
  press('ArrowDown');
  expect(document.activeElement).toBe(one('hit'));
  one('hit')!.click();
  expect(where.chat).toEqual(bob);
  expect(jumping.at).toBe(Number(one('hit')!.dataset.id));
});

test('nothing found is said, and Escape leads back to the list', async () => {
  press('F', { ctrlKey: true, shiftKey: true });
  await until(() => document.activeElement === one('search-words'));
  type('search-words', 'nobodysaidthis');
  await until(() => one('search-none') !== null);
  press('Escape');
  await until(() => one('search-pane') === null);
  expect(one('search')).not.toBeNull();
});

test('a person is a contact or a nick, and days limit', async () => {
  search.open();
  await until(() => one('search-words') !== null);
  search.who = 'somebody';
  await until(() => one('search-person') !== null);
  type('search-person', 'bob@harbour.example');
  search.from = '2026-05-20';
  await until(() => fake.calls('search').length > 0);
  const asked = fake.calls('search').at(-1)!.query;
  expect([asked.chat, asked.by]).toEqual([bob, { kind: 'contact' }]);
  expect([asked.from, asked.until]).toEqual([new Date(2026, 4, 20).getTime(), null]);
  type('search-person', 'Dora');
  await until(() => fake.calls('search').length > 1);
  expect(fake.calls('search').at(-1)!.query.by).toEqual({ kind: 'occupant', nick: 'Dora' });
});

test('a search that another window took the turn from is asked again', async () => {
  const answer = fake.searches.handlers.search;
  let asked = 0;
  fake.searches.handlers.search = (ask) => ({ ...answer(ask), superseded: ++asked === 1 });
  fake.say(bob, 'needle');
  search.open();
  search.words = 'needle';
  search.changed(() => null);
  await until(() => search.hits.length === 1);
  expect(asked).toBe(2);
});

test('an old message is reached without what lies between', async () => {
  await conversations.show(hiro);
  const { history } = conversations.open!;
  const old = fake.histories.get('1 hiro@harbour.example')![100]!;
  expect(history.at(old.id)).toBe(-1);
  expect(await history.reach(old.id)).toBe(true);
  expect(history.at(old.id)).toBeGreaterThan(20);
  expect(history.moreBefore && history.moreAfter).toBe(true);
  expect(history.messages.length).toBeLessThan(200);
  expect(await history.reach(-5)).toBe(false);
});

test('in a chat the hits are walked through from the newest on, and around', async () => {
  const said = ['first needle', 'nothing', 'second needle'].map((body) => fake.say(bob, body).id);
  where.showChat(bob);
  await conversations.show(bob);
  await until(() => one('chat-header') !== null);
  press('f', { ctrlKey: true });
  await until(() => document.activeElement === one('find'));
  type('find', 'needle');
  await until(() => finding.answered && finding.messages.length === 2);
  expect(jumping.at).toBe(said[2]);
  press('Enter');
  expect(jumping.at).toBe(said[0]);
  press('Enter');
  expect(jumping.at).toBe(said[2]);
  press('Enter', { shiftKey: true });
  expect(jumping.at).toBe(said[0]);
  press('Escape');
  await until(() => one('find-bar') === null);
  expect(finding.parts).toEqual([]);
  expect(jumping.at).toBeNull();
});

test('what is looked for in one chat is not marked in another', async () => {
  where.showChat(bob);
  finding.open(bob);
  finding.words = 'needle';
  expect(finding.parts).toHaveLength(1);
  where.showChat(hiro);
  expect(finding.parts).toEqual([]);
});

test('a chat is deleted only after a question, and then leaves the screen', async () => {
  const dialogs = mount(Dialogs, { target: document.body });
  where.showChat(bob);
  where.dialog = { kind: 'delete-chat', chat: bob, name: 'Bob' };
  await until(() => one('confirm') !== null);
  expect(fake.calls('delete_chat')).toEqual([]);
  one('confirm')!.click();
  await until(() => where.chat === null);
  expect(fake.calls('delete_chat')).toEqual([{ chat: bob }]);
  expect(where.dialog).toBeNull();
  await unmount(dialogs);
});

test('before a room is deleted it is said that it is left, and that private chats with people there stay', async () => {
  const dialogs = mount(Dialogs, { target: document.body });
  for (const room of [true, false]) {
    where.dialog = { kind: 'delete-chat', chat: bob, name: 'Bob', room };
    await until(() => one('confirm') !== null);
    const text = document.body.textContent;
    expect(text.includes('leave the room')).toBe(room);
    expect(text.includes('Private chats with people from there stay')).toBe(room);
    where.dialog = null;
    await until(() => one('confirm') === null);
  }
  await unmount(dialogs);
});

test('an export tells how far it is, can be stopped, and says where the file lies', async () => {
  const sheet = mount(OwnDataSheet, { target: document.body });
  await until(() => one('export-all') !== null);
  one('export-all')!.click();
  await until(() => one('work')?.dataset.state === 'running');
  expect(fake.calls('export_history')).toEqual([{ chat: null, format: 'html', path: '/home/alice/carillon-everything.html' }]);
  expect((one('export-all') as HTMLButtonElement).disabled).toBe(true);
  one('stop-work')!.click();
  await until(() => fake.searches.work?.state.kind === 'stopped');
  fake.tell('carillon', { kind: 'work' });
  await until(() => one('work')?.dataset.state === 'stopped');
  fake.searches.work = { ...fake.searches.work!, state: { kind: 'finished' } };
  fake.tell('carillon', { kind: 'work' });
  await until(() => one('work')?.textContent?.includes('/home/alice/carillon-everything.html') === true);
  await unmount(sheet);
});

test('a chat’s name becomes a harmless file name', () => {
  expect(fileName('Bob & Söhne')).toBe('carillon-Bob  Söhne');
  expect(fileName('../../etc/passwd\u0000\u202e')).toBe('carillon-etcpasswd');
  expect(fileName('///')).toBe('carillon-chat');
  expect(fileName('x'.repeat(500)).length).toBeLessThan(80);
});

test('a history of another program is offered, taken in and reported', async () => {
  fake.searches.histories = [
    { program: 'gajim', path: '/home/alice/.local/share/gajim/logs.db', accounts: ['alice@old.example', 'alice@harbour.example'] },
    { program: 'dino', path: '/home/alice/.local/share/dino/dino.db', accounts: ['alice@harbour.example/desk'] },
  ];
  await shows(OwnDataSheet);
  await until(() => document.querySelectorAll('[data-test="import-source"]').length === 2);
  // The account of the same address is the one that is meant.
  expect((one('import-whose') as HTMLSelectElement).value).toBe('alice@harbour.example');
  expect(one('import')!.textContent).not.toContain('alice@old.example said');
  document.querySelectorAll<HTMLInputElement>('[data-test="import-source"]')[1]!.click();
  await until(() => one('import-whose') === null);
  one('import-begin')!.click();
  await until(() => one('work')?.dataset.state === 'running');
  expect(fake.calls('import_history')).toEqual([{ account: 1, program: 'dino', path: '/home/alice/.local/share/dino/dino.db', whose: 'alice@harbour.example/desk' }]);
  expect((one('import-begin') as HTMLButtonElement).disabled).toBe(true);
  fake.searches.work = { ...fake.searches.work!, done: 2_400, new: 1_000, chats: 1, skipped: [{ cause: 'author', rows: 7 }], state: { kind: 'finished' } };
  fake.tell('carillon', { kind: 'work' });
  await until(() => one('work')?.dataset.state === 'finished');
  expect(one('work')!.textContent).toContain('1,393');
  expect(one('skipped')!.textContent).toContain('7 left out');
});

test('a folder that the user chooses is looked into before anything is taken in', async () => {
  await shows(OwnDataSheet);
  await until(() => one('import-program') !== null);
  await fireEvent.change(one('import-program')!, { target: { value: 'pidgin' } });
  await until(() => one('import-choose')!.textContent!.includes('folder'));
  one('import-choose')!.click();
  await until(() => one('import-begin') !== null);
  expect(fake.calls('pick_file')).toEqual([{ kind: 'history_folder', title: 'Choose the folder of a history' }]);
  expect(fake.calls('look_into_history')).toEqual([{ program: 'pidgin', path: '/home/alice/logs' }]);
  expect(fake.calls('import_history')).toEqual([]);
  // Of another address: that is said.
  expect(one('import')!.textContent).toContain('alice@example.org');
});
