import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { audience, occupant } from '../src/dev/rooms';
import { personRows } from '../src/rooms/people';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import DataFormFields from '../src/parts/DataFormFields.svelte';
import { begun, meant, withNick } from '../src/rooms/mention';
import { allowed } from '../src/rooms/moderation';
import ScopeRoom from '../src/alerts/ScopeRoom.svelte';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { roomPeople } from '../src/state/people.svelte';
import { where } from '../src/state/place.svelte';
import { hear } from '../src/state/sync.svelte';
import { troubleWords } from '../src/words/room';
import { attacks } from './attacks';
import { stage, until } from './stage';

const choir = { account: 1, jid: 'choir@rooms.harbour.example' };
let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;
const people = () => roomPeople.all.map(({ nick }) => nick);

async function openRoom(): Promise<void> {
  where.showChat(choir);
  await conversations.show(choir);
  render(ChatPane);
  await fireEvent.click(byTest('people-button'));
  await until(() => roomPeople.known);
}

describe('what a room tells of', () => {
  it('is chosen beside its people for all devices, and taken back', async () => {
    await openRoom();
    const choice = screen.getByLabelText<HTMLSelectElement>(/Notify me of/);
    for (const [value, notify] of [
      ['never', 'never'],
      ['on_mention', 'on_mention'],
      ['', null],
    ]) {
      await fireEvent.change(choice, { target: { value } });
      expect(fake.calls('set_room_notify').at(-1)).toEqual({ room: choir, notify });
    }
  });

  it('is shown with its alerts as another device sets it, and is never that of the room before', async () => {
    const { rerender } = render(ScopeRoom, { chat: choir });
    const chosen = () => (byTest('room-notify') as HTMLSelectElement | null)?.value;
    await until(() => chosen() === '');
    fake.rooms.view(choir).notify = 'never';
    hear({ kind: 'rooms', rooms: [choir] });
    await until(() => chosen() === 'never');
    fake.refusing.set('room', { code: { kind: 'storage' }, detail: '' });
    await rerender({ chat: { account: 1, jid: 'bakery@rooms.harbour.example' } });
    expect(byTest('room-notify')).toBeNull();
  });
});

describe('the people of a room', () => {
  it('are shown by role, I among them', () => {
    const me = occupant('Alice', { role: 'moderator' });
    const others = [occupant('zoe'), occupant('Bob'), occupant('Lis', { role: 'visitor' }), occupant('carla', { role: 'moderator' })];
    const rows = personRows(others, me, '').map((row) => (row.kind === 'heading' ? `${row.role} ${row.count}` : row.person.nick + (row.me ? ' me' : '')));
    expect(rows).toEqual(['moderator 2', 'Alice me', 'carla', 'participant 2', 'Bob', 'zoe', 'visitor 1', 'Lis']);
  });

  it('are found by nick or address', () => {
    const others = [occupant('Bob', { jid: 'robert@harbour.example' }), occupant('Carla')];
    const found = (words: string) => personRows(others, null, words).flatMap((row) => (row.kind === 'person' ? [row.person.nick] : []));
    expect(found(' CAR')).toEqual(['Carla']);
    expect(found('robert')).toEqual(['Bob']);
    expect(found('nobody')).toEqual([]);
  });

  it('are read page by page, and again when somebody comes', async () => {
    fake.rooms.pageSize = 2;
    await openRoom();
    expect(people()).toEqual(['Bob', 'Carla', 'Fatima', 'Listener', 'Zoë']);
    expect(screen.getByText('You: owner · moderator')).toBeTruthy();
    fake.rooms.people.get('1 choir@rooms.harbour.example')!.push(occupant('Dora'));
    hear({ kind: 'rooms', rooms: [choir] });
    await until(() => people().includes('Dora'));
    where.people = false;
    await until(() => byTest('room-panel') === null);
    expect(roomPeople.all).toEqual([]);
  });

  it('are ten thousand without being read again for somebody elsewhere', async () => {
    fake.rooms.people.set('1 choir@rooms.harbour.example', audience(10_000));
    await openRoom();
    expect(people().length).toBe(10_000);
    expect(document.querySelectorAll('[data-test="person"]').length).toBeLessThan(200);
    fake.asked.length = 0;
    hear({ kind: 'rooms', rooms: [{ account: 1, jid: 'other@rooms.harbour.example' }] });
    await new Promise((later) => setTimeout(later, 100));
    expect(fake.calls('occupants')).toEqual([]);
  });

  it.each(attacks)('%j stays text as a nick and as words', (attack) => {
    const [, row] = personRows([occupant(attack)], null, '');
    expect(row?.kind === 'person' && row.person.nick).toBe(attack);
    expect(troubleWords({ cause: 'kicked', by: attack, words: attack })).toContain(attack);
  });
});

describe('being out of a room', () => {
  it.each([
    [{ cause: 'kicked', by: 'Bob', words: 'too loud' }, 'Bob removed you from this room: too loud'],
    [{ cause: 'kicked', by: '', words: '' }, 'You were removed from this room'],
    [{ cause: 'banned', by: '', words: 'spam' }, 'You are banned from this room: spam'],
    [{ cause: 'closed', by: 'Bob', words: '' }, 'This room was closed'],
  ] as const)('%j is said plainly', async (trouble, words) => {
    fake.rooms.view(choir).state = { kind: 'refused', trouble };
    where.showChat(choir);
    await conversations.show(choir);
    render(ChatPane);
    expect(byTest('chat-presence').textContent.trim()).toBe(words);
    expect((byTest('composer') as HTMLTextAreaElement).disabled).toBe(true);
  });
});

const button = (name: string) => document.querySelector<HTMLButtonElement>(`[data-test="${name}"]`)!;
const type = (label: string, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });

describe('coming into a room', () => {
  it('is by the list of what can be found, read to its end', async () => {
    fake.rooms.pageSize = 1;
    where.dialog = { kind: 'find-rooms' };
    render(Dialogs);
    await until(() => fake.calls('find_rooms').length === 2);
    expect(fake.calls('find_rooms')[1]).toEqual({ account: 1, service: 'rooms.harbour.example', after: '1' });
    await fireEvent.input(byTest('search-rooms'), { target: { value: 'bread' } });
    await until(() => document.querySelectorAll('[data-test="found-room"]').length === 1);
    await fireEvent.click(byTest('found-room'));
    expect(where.dialog).toEqual({ kind: 'enter-room', room: { account: 1, jid: 'bakery@rooms.harbour.example' }, name: 'bakery@rooms.harbour.example', password: false });
  });

  it('is by an address that is typed, with a password and a nick', async () => {
    where.dialog = { kind: 'find-rooms' };
    render(Dialogs);
    await fireEvent.input(byTest('search-rooms'), { target: { value: 'den@rooms.example.net' } });
    await fireEvent.click(byTest('enter-typed'));
    await type('Password of the room', 'sesame');
    await type('What you are called there', 'Ali');
    await fireEvent.submit(byTest('enter-room-form'));
    await until(() => where.dialog === null);
    const room = { account: 1, jid: 'den@rooms.example.net' };
    expect(fake.calls('enter_room')).toEqual([{ room, nick: 'Ali', password: 'sesame' }]);
    expect(where.chat).toEqual(room);
  });

  it('is by making one, private unless said otherwise', async () => {
    for (const open of [false, true]) {
      where.dialog = { kind: 'create-room', account: 1 };
      const { unmount } = render(Dialogs);
      await type('Name of the room', ' Tea at four ');
      if (open) await fireEvent.click(byTest('public'));
      await fireEvent.submit(byTest('create-room-form'));
      await until(() => where.dialog === null);
      expect(fake.calls('create_room').at(-1)).toEqual({ account: 1, service: null, name: 'Tea at four', public: open });
      unmount();
    }
  });

  it('keeps what was typed when the name is taken, and says so', async () => {
    fake.refusing.set('create_room', { code: { kind: 'name_taken' }, detail: 'tea@rooms.harbour.example' });
    where.dialog = { kind: 'create-room', account: 1 };
    render(Dialogs);
    await type('Name of the room', 'Tea');
    await fireEvent.submit(byTest('create-room-form'));
    await until(() => byTest('error') !== null);
    expect(byTest('error').dataset.code).toBe('name_taken');
    expect((screen.getByLabelText('Name of the room') as HTMLInputElement).value).toBe('Tea');
  });
});

describe('being in a room', () => {
  it('invites contacts who are picked, and addresses that are typed', async () => {
    where.dialog = { kind: 'invite-to-room', room: choir, name: 'Choir' };
    render(Dialogs);
    expect(button('submit').disabled).toBe(true);
    await fireEvent.input(byTest('search-invite'), { target: { value: 'bob' } });
    await until(() => document.querySelectorAll('[data-test="invite-one"]').length === 1);
    await fireEvent.click(byTest('invite-one'));
    await fireEvent.input(byTest('search-invite'), { target: { value: 'zed@example.net' } });
    await fireEvent.click(byTest('invite-typed'));
    await type('A few words (if you like)', 'Come and sing');
    await fireEvent.submit(byTest('invite-form'));
    await until(() => where.dialog === null);
    expect(fake.calls('invite_to_room')).toEqual([{ room: choir, people: ['bob@harbour.example', 'zed@example.net'], words: 'Come and sing' }]);
  });

  it('says whom the room does not invite, and why, and keeps them chosen', async () => {
    fake.rooms.notInvited = [{ jid: 'bob@harbour.example', why: { condition: 'forbidden', text: 'Ask an owner' } }];
    where.dialog = { kind: 'invite-to-room', room: choir, name: 'Choir' };
    render(Dialogs);
    await fireEvent.input(byTest('search-invite'), { target: { value: 'zed@example.net' } });
    await fireEvent.click(byTest('invite-typed'));
    await fireEvent.input(byTest('search-invite'), { target: { value: 'bob' } });
    await until(() => document.querySelectorAll('[data-test="invite-one"]').length === 1);
    await fireEvent.click(byTest('invite-one'));
    await fireEvent.submit(byTest('invite-form'));
    await until(() => document.querySelector('[data-test="not-invited"]') !== null);
    expect(byTest('not-invited').textContent).toMatch(/did not invite 1 person\s+Bob.*: you may not invite anybody there \(Ask an owner\)/);
    expect(button('submit').textContent).toContain('Invite 1 person');
    fake.rooms.notInvited = [];
    await fireEvent.submit(byTest('invite-form'));
    await until(() => where.dialog === null);
    expect(fake.calls('invite_to_room').map(({ people }) => people)).toEqual([['zed@example.net', 'bob@harbour.example'], ['bob@harbour.example']]);
  });

  it.each([
    [{ kind: 'room-topic', room: choir, topic: 'Old' }, 'set_topic', { room: choir, text: 'New' }],
    [{ kind: 'room-nick', room: choir, nick: 'Old' }, 'set_room_nick', { room: choir, nick: 'New' }],
    [{ kind: 'close-room', room: choir, name: 'Choir' }, 'close_room', { room: choir, words: 'New' }],
    [{ kind: 'moderate', room: choir, nick: 'Bob', act: 'ban' }, 'moderate', { room: choir, nick: 'Bob', act: 'ban', words: 'New' }],
  ] as const)('%j asks the room', async (dialog, command, wanted) => {
    where.dialog = dialog;
    render(Dialogs);
    await fireEvent.input(byTest('words-form').querySelector('input')!, { target: { value: ' New ' } });
    await fireEvent.submit(byTest('words-form'));
    await until(() => where.dialog === null);
    expect(fake.calls(command)).toEqual([wanted]);
  });

  it('shows at a person only what my rank allows', () => {
    const admin = occupant('Me', { role: 'moderator', affiliation: 'admin' });
    const known = { jid: 'x@example.net' };
    expect(allowed(admin, occupant('A', known))).toEqual(['revoke_voice', 'kick', 'ban']);
    expect(allowed(admin, occupant('A', { ...known, role: 'visitor' }))).toEqual(['grant_voice', 'kick', 'ban']);
    expect(allowed(admin, occupant('A'))).toEqual(['revoke_voice', 'kick']);
    expect(allowed(admin, occupant('A', { ...known, role: 'moderator', affiliation: 'owner' }))).toEqual([]);
    expect(allowed(admin, occupant('A', { ...known, role: 'moderator', affiliation: 'admin' }))).toEqual(['kick']);
    expect(allowed(admin, { ...admin })).toEqual([]);
    expect(allowed(occupant('Me'), occupant('A', known))).toEqual([]);
    expect(allowed(null, occupant('A', known))).toEqual([]);
  });
});

describe('a form that a server made', () => {
  it('has a named control for every kind of field, and gives back what was filled in', async () => {
    where.dialog = { kind: 'room-settings', room: choir, name: 'Choir' };
    render(Dialogs);
    await until(() => screen.queryByLabelText('Title *') !== null);
    await type('Title *', 'Tea');
    await type('Description', 'One\nTwo');
    await fireEvent.click(screen.getByLabelText('Persistent'));
    await fireEvent.change(screen.getByLabelText('Who sees addresses'), { target: { value: 'moderators' } });
    await fireEvent.click(screen.getByLabelText('Anybody'));
    await type('Password', 'sesame');
    await type('Founder', 'bob@harbour.example');
    await type('Owners', 'a@x.example\nb@x.example');
    await fireEvent.submit(byTest('room-settings-form'));
    await until(() => where.dialog === null);
    const { form } = fake.calls('set_room_settings')[0]!;
    expect(form.fields.map(({ values }) => values)).toEqual([
      ['http://jabber.org/protocol/muc#roomconfig'],
      ['Tea'],
      ['One', 'Two'],
      ['0'],
      ['moderators'],
      ['moderators', 'anyone'],
      ['Secrets'],
      ['sesame'],
      ['bob@harbour.example'],
      ['a@x.example', 'b@x.example'],
    ]);
    expect((document.querySelector('input[type="password"]') as HTMLInputElement | null)?.value ?? 'sesame').toBe('sesame');
  });

  it('does not go back while something that is needed is missing', async () => {
    where.dialog = { kind: 'room-settings', room: choir, name: 'Choir' };
    render(Dialogs);
    await until(() => screen.queryByLabelText('Title *') !== null);
    await type('Title *', ' ');
    await fireEvent.submit(byTest('room-settings-form'));
    await until(() => screen.queryByText('Something has to be entered here.') !== null);
    expect(fake.calls('set_room_settings')).toEqual([]);
  });

  it.each(attacks)('shows %j as text', (attack) => {
    const one = { var: attack, kind: 'list_single' as const, label: attack, description: attack, required: true, values: [attack], options: [{ label: attack, value: attack }] };
    const form = { title: attack, instructions: attack, fields: [one, { ...one, kind: 'fixed' as const }, { ...one, kind: 'boolean' as const }] };
    const { container } = render(DataFormFields, { form, tried: true });
    expect(container.querySelector('script, img, iframe, svg, a, style')).toBe(null);
    expect(container.querySelector('.fixed')!.textContent).toBe(attack);
  });
});

describe('a nick that is begun', () => {
  it.each([
    ['@', 1, { from: 0, to: 1, part: '', signed: true }],
    ['@bo', 3, { from: 0, to: 3, part: 'bo', signed: true }],
    ['hi @Zoë', 7, { from: 3, to: 7, part: 'Zoë', signed: true }],
    ['hi bo there', 5, { from: 3, to: 5, part: 'bo', signed: false }],
    ['(@b', 3, { from: 1, to: 3, part: 'b', signed: true }],
    ['mail@bo', 7, null],
    ['', 0, null],
    ['hi ', 3, null],
  ])('%j up to %i is %j', (text, caret, wanted) => expect(begun(text, caret)).toEqual(wanted));

  it('finds who begins so first, then who is called so further on, and few of many', () => {
    const nicks = ['Anna Bo', 'Bob', 'bodo', 'Carla'];
    expect(meant(nicks, 'bo')).toEqual(['Bob', 'bodo', 'Anna Bo']);
    expect(meant(nicks, '')).toEqual(nicks);
    expect(meant(nicks, 'x')).toEqual([]);
    expect(meant(audience(2_000).map(({ nick }) => nick), 'guest').length).toBe(8);
  });

  it('is written out as one speaks to somebody, or of somebody', () => {
    const at = (text: string) => withNick(text, begun(text, text.indexOf('@') + 3)!, 'Bob');
    expect(at('@bo')).toEqual({ text: 'Bob: ', caret: 5 });
    expect(at('ask @bo please')).toEqual({ text: 'ask Bob please', caret: 8 });
  });

  async function writes(text: string): Promise<HTMLTextAreaElement> {
    where.showChat(choir);
    await conversations.show(choir);
    render(ChatPane);
    const field = byTest('composer') as HTMLTextAreaElement;
    await put(field, text);
    return field;
  }

  async function put(field: HTMLTextAreaElement, text: string): Promise<void> {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    await fireEvent.input(field);
  }

  const offered = () => [...document.querySelectorAll('[data-test="mention"]')].map((one) => one.textContent.trim().replace(/^\S{1,2}(?=[A-Z])/, ''));
  const key = (field: HTMLElement, name: string) => fireEvent.keyDown(field, { key: name });

  it('is offered after the sign, chosen by keys, and nothing is sent by that', async () => {
    const field = await writes('@');
    await until(() => offered().length === 5);
    await put(field, '@b');
    await until(() => offered().length === 1);
    await key(field, 'Enter');
    await until(() => field.value === 'Bob: ');
    expect(fake.calls('send_message')).toEqual([]);
    expect(byTest('mentions')).toBe(null);
  });

  it('is completed by Tab without the sign, and Tab leaves the field where nobody can be meant', async () => {
    const field = await writes('Thanks Fa');
    // Who is there is asked for with the first letter.
    while (field.value !== 'Thanks Fatima ') {
      await key(field, 'Tab');
      await new Promise((later) => setTimeout(later, 5));
    }
    await put(field, 'Thanks Za');
    const leaves = new KeyboardEvent('keydown', { key: 'Tab', cancelable: true, bubbles: true });
    field.dispatchEvent(leaves);
    expect(leaves.defaultPrevented).toBe(false);
  });

  it('is put away by Escape until another one is begun', async () => {
    const field = await writes('@');
    await until(() => offered().length > 0);
    await key(field, 'Escape');
    await until(() => offered().length === 0);
    await put(field, '@c');
    await new Promise((later) => setTimeout(later, 50));
    expect(offered()).toEqual([]);
    await put(field, '@c and @c');
    await until(() => offered().length === 1);
  });
});
