import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { audience, occupant } from '../src/dev/rooms';
import { personRows } from '../src/rooms/people';
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
