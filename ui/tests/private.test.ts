import { cleanup, fireEvent, render } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { keyOf } from '../src/lib/chatref';
import type { Message, PrivateState } from '../src/lib/contract';
import { privately, roomOf, turns } from '../src/lib/private';
import ChatRow from '../src/list/ChatRow.svelte';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { nameOf } from '../src/state/names';
import { roomPeople } from '../src/state/people.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { hear } from '../src/state/sync.svelte';
import { failureWords } from '../src/words/delivery';
import { privateWords } from '../src/words/private';
import { attacks } from './attacks';
import { stage, until } from './stage';

const choir = { account: 1, jid: 'choir@rooms.harbour.example' };
const fatima = privately(choir, 'Fatima');
const hers = { author: { kind: 'occupant', nick: 'Fatima' }, seen: true } as const;
const mine = { author: { kind: 'me' }, delivery: 'sent', seen: true } as const;
let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`);
const field = () => byTest('composer') as HTMLTextAreaElement;

async function open(): Promise<void> {
  where.showChat(fatima);
  await conversations.show(fatima);
  render(ChatPane);
  await until(() => field() !== null);
}

function said(id: number, occupant: string | null, author: Message['author'] = hers.author): Message {
  return { id, chat: fatima, author, body: 'words', at: id, delivery: null, failure: '', seen: true, corrected: false, reactions: [], retracted: false, moderated: null, encryption: null, unstyled: false, reply: null, occupant };
}

describe('a private conversation in a room', () => {
  it('is begun in the menu of somebody who is there', async () => {
    where.showChat(choir);
    await conversations.show(choir);
    render(ChatPane);
    await fireEvent.click(byTest('people-button')!);
    await until(() => roomPeople.known);
    await fireEvent.click(document.querySelector('[data-nick="Fatima"]')!);
    await until(() => byTest('write-privately') !== null);
    await fireEvent.click(byTest('write-privately')!);
    await until(() => where.chat?.jid === fatima.jid);
    expect(fake.calls('begin_private_chat')).toEqual([{ chat: fatima }]);
  });

  it('says who reads it, and leads to its room', async () => {
    await open();
    expect(byTest('private-bar')!.textContent).toContain('only Fatima reads this');
    expect(byTest('chat-presence')!.textContent).toContain('private, in Choir practice');
    expect(field().disabled).toBe(false);
    await fireEvent.click(byTest('to-room')!);
    expect(where.chat).toEqual(choir);
  });

  it('stands in the list by nick and room, with the room’s mark', async () => {
    fake.say(fatima, 'psst', hers);
    take(structuredClone(fake.overview));
    const summary = fake.overview.chats.find(({ chat }) => chat.jid === fatima.jid)!;
    render(ChatRow, { summary, index: 0, tabindex: 0, onfocus: () => undefined });
    expect(byTest('private-name')!.textContent).toContain('Fatima, in Choir practice');
    expect(byTest('private-name')!.querySelector('svg')).not.toBeNull();
    expect(nameOf(fatima)).toBe('Fatima, in Choir practice');
  });

  it.each([
    ['gone', 'Fatima is not in Choir practice now.'],
    ['outside', 'You are not in Choir practice: enter it to write to Fatima.'],
    ['joining', 'You are entering Choir practice…'],
    ['blocked', 'You have blocked Fatima.'],
  ] as [PrivateState, string][])('says why one cannot write: %s', async (state, words) => {
    fake.rooms.states.set(keyOf(fatima), state);
    await open();
    expect(byTest('private-bar')!.textContent).toContain(words);
    expect(field().disabled).toBe(true);
    expect(byTest('private-begin')).toBeNull();
  });

  it('is written to somebody else of that name only when the user says so', async () => {
    fake.rooms.states.set(keyOf(fatima), 'somebody_else');
    await open();
    expect(byTest('private-bar')!.textContent).toContain('Somebody else is called Fatima');
    expect(field().disabled).toBe(true);
    await fireEvent.click(byTest('private-begin')!);
    await until(() => !field().disabled);
    expect(fake.calls('begin_private_chat')).toEqual([{ chat: fatima }]);
  });

  it('hears from its room that they left', async () => {
    await open();
    fake.rooms.people.set(keyOf(choir), []);
    hear({ kind: 'rooms', rooms: [choir] });
    await until(() => field().disabled);
    expect(byTest('private-bar')!.textContent).toContain('is not in Choir practice now');
  });

  it('goes along when they take another nick, with what was typed', async () => {
    await open();
    await fireEvent.input(field(), { target: { value: 'half a th' } });
    const to = privately(choir, 'Zoë');
    hear({ kind: 'chat_moved', from: fatima, to });
    expect([where.chat, where.prefill]).toEqual([to, 'half a th']);
    expect(fake.calls('save_draft')).toEqual([]);
  });

  it('draws a line where somebody else has the nick', async () => {
    fake.say(fatima, 'psst', { ...hers, occupant: 'id:1' });
    fake.say(fatima, 'yes?', { ...mine, occupant: 'id:1' });
    fake.say(fatima, 'psst', { ...hers, occupant: 'id:2' });
    const summary = (await fake.ask('open_chat', { chat: fatima })).history.messages;
    expect([...turns(summary).values()]).toEqual(['else']);
  });

  it('has alerts of its room, and neither a contact’s details nor a contact to add', async () => {
    await open();
    await fireEvent.keyDown(byTest('chat-menu')!, { key: 'Enter' });
    await until(() => byTest('chat-alerts') !== null);
    for (const none of ['contact-details', 'watch-contact', 'buzz', 'add-this', 'edit-contact']) expect(byTest(none)).toBeNull();
    for (const there of ['menu-to-room', 'block', 'export-chat', 'delete-chat', 'find-in-chat']) expect(byTest(there)).not.toBeNull();
    await fireEvent.click(byTest('chat-alerts')!);
    expect(where.scope).toEqual({ kind: 'chat', chat: choir });
  });

  it.each(attacks)('%j stays text as a nick', (attack) => {
    const view = { room: choir, room_name: attack, nick: attack, state: 'gone' } as const;
    expect(privateWords(view)).toContain(attack);
    expect(roomOf(privately(choir, attack))).toEqual(choir);
  });
});

describe('who a private conversation is with', () => {
  it.each([
    ['the same', ['id:1', 'id:1'], []],
    ['somebody else', ['id:1', 'id:2'], ['else']],
    ['another stay', ['e1', 'e2'], ['unsure']],
    ['nobody knows', ['id:1', null], ['unsure']],
    ['and back', ['id:1', 'id:2', 'id:1'], ['else', 'else']],
  ] as [string, (string | null)[], string[]][])('%s', (_, marks, lines) => {
    expect([...turns(marks.map((mark, i) => said(i + 1, mark))).values()]).toEqual(lines);
  });

  it('is not doubted for words of mine from another device', () => {
    const all = [said(1, 'id:1'), said(2, null, { kind: 'me' }), said(3, 'id:1')];
    expect(turns(all).size).toBe(0);
  });
});

describe('a private message that came back', () => {
  it('says that they are not there, as no contact’s does', () => {
    expect(failureWords('item-not-found', true)).toBe('the one for whom it was is not in the room any more');
    expect(failureWords('item-not-found')).toBe('there is nobody by this address');
  });
});
