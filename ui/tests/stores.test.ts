import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { chats } from '../src/state/chats.svelte';
import { contacts } from '../src/state/contacts.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { own } from '../src/state/own.svelte';
import { ask } from '../src/lib/link';
import { where } from '../src/state/place.svelte';
import { requests } from '../src/state/requests.svelte';
import { surroundings } from '../src/state/surroundings.svelte';
import { hear, leave, watching } from '../src/state/sync.svelte';
import { bob, hiro, stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});

describe('events', () => {
  it('a contact’s presence is read again', async () => {
    fake.overview.contacts[0]!.presence = { availability: 'busy', status: 'Do come back' };
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => contacts.get(bob)?.presence.availability === 'busy');
  });

  it('a thousand events at once are one reading, or two', async () => {
    for (let i = 0; i < 1_000; i++) hear({ kind: 'contacts', contacts: [bob] });
    await until(() => fake.calls('contacts').length > 0);
    await new Promise((later) => setTimeout(later, 60));
    expect(fake.calls('contacts').length).toBeLessThanOrEqual(2);
    expect(fake.calls('overview')).toEqual([]);
  });

  it('a message for another chat counts there, and reads no history', async () => {
    await conversations.show(hiro);
    fake.asked.length = 0;
    fake.say(bob, 'Are you there?');
    await until(() => chats.get(bob)?.unread === 3);
    expect(fake.calls('history')).toHaveLength(0);
  });

  it('a message for the open chat appears in it', async () => {
    await conversations.show(bob);
    fake.say(bob, 'Are you there?');
    await until(() => conversations.open?.history.last()?.body === 'Are you there?');
  });

  it('a delivery that goes on is read again', async () => {
    await conversations.show(bob);
    const said = fake.say(bob, 'Here', { author: { kind: 'me' }, delivery: 'waiting', seen: true });
    await until(() => conversations.open?.history.last()?.delivery === 'waiting');
    fake.histories.get('1 bob@harbour.example')!.at(-1)!.delivery = 'arrived';
    hear({ kind: 'message_changed', chat: bob, message: said.id });
    await until(() => conversations.open?.history.last()?.delivery === 'arrived');
  });

  it('typing is shown for the open chat and taken back', async () => {
    await conversations.show(bob);
    hear({ kind: 'typing', chat: bob, nick: null, composing: true });
    hear({ kind: 'typing', chat: bob, nick: null, composing: true });
    expect(conversations.open?.typing).toEqual([bob.jid]);
    hear({ kind: 'typing', chat: bob, nick: null, composing: false });
    expect(conversations.open?.typing).toEqual([]);
  });

  it('after a resync everything is read again, what the open chat missed too', async () => {
    await conversations.show(bob);
    const history = fake.histories.get('1 bob@harbour.example')!;
    history.push({ ...history.at(-1)!, id: 9_999, body: 'missed' });
    hear({ kind: 'resync', left_out: 7 });
    await until(() => conversations.open?.history.last()?.body === 'missed');
  });

  it('when the resident is back, everything is read again', async () => {
    fake.tell('link-state', { state: 'lost' });
    expect(surroundings.link.state).toBe('lost');
    fake.overview.requests.invites = [];
    fake.tell('link-state', { state: 'connected' });
    await until(() => requests.all.invites.length === 0);
  });

  it('a reading that fails leaves what is known, and the next event reads again', async () => {
    fake.refusing.set('standing', { code: { kind: 'link_lost' }, detail: '' });
    hear({ kind: 'requests' });
    await until(() => fake.calls('standing').length > 0);
    expect(requests.count).toBe(3);
    fake.refusing.clear();
    fake.overview.requests.contacts = [];
    hear({ kind: 'requests' });
    await until(() => requests.count === 2);
  });

  it('a click on a popup leads to its chat', () => {
    where.section = 'settings';
    hear({ kind: 'show', place: { kind: 'chat', chat: bob }, token: null });
    expect(where.section).toBe('chats');
    expect(where.chat).toEqual(bob);
  });

  it('an xmpp address asks first', () => {
    hear({ kind: 'show', place: { kind: 'uri', uri: 'xmpp:mara@harbour.example?subscribe' }, token: null });
    expect(where.dialog).toMatchObject({ kind: 'uri' });
    expect(fake.asked).toEqual([]);
  });
});

describe('the open chat', () => {
  it('shows the line for new messages above the first unseen one, and keeps it', async () => {
    await conversations.show(bob);
    const line = conversations.open!.firstUnseen;
    expect(line).toBe(11);
    fake.say(bob, 'more');
    await until(() => conversations.open?.history.last()?.body === 'more');
    expect(conversations.open!.firstUnseen).toBe(line);
  });

  it('what comes while nobody looks gets a line of its own', async () => {
    await conversations.show(hiro);
    const said = fake.say(hiro, 'psst');
    await until(() => conversations.open?.firstUnseen === said.id);
  });

  it('the line moves on once what stood below it was seen', async () => {
    await conversations.show(bob);
    await conversations.open!.markSeen(12);
    const said = fake.say(bob, 'and another');
    await until(() => conversations.open?.firstUnseen === said.id);
  });

  it('the line goes once one has answered', async () => {
    await conversations.show(bob);
    expect(conversations.open!.firstUnseen).toBe(11);
    await ask('send_message', { chat: bob, id: 'answer', body: 'Coming', reply_to: null });
    await until(() => conversations.open?.firstUnseen === null);
  });

  it('a chat that was read has no line when one comes back to it', async () => {
    await conversations.show(bob);
    await conversations.open!.markSeen(12);
    conversations.open!.leave();
    expect(conversations.open!.firstUnseen).toBeNull();
  });

  it('a chat behind the settings is not before anybody’s eyes', async () => {
    where.showChat(bob);
    await conversations.show(bob);
    surroundings.focused = true;
    expect(watching(bob)).toBe(true);
    surroundings.locked = true;
    expect(watching(bob)).toBe(false);
    surroundings.locked = false;
    where.showSection('settings');
    expect(watching(bob)).toBe(false);
  });

  it('tells each message as seen once, and again only if that was refused', async () => {
    await conversations.show(bob);
    const open = conversations.open!;
    await open.markSeen(12);
    await open.markSeen(12);
    await open.markSeen(11);
    expect(fake.calls('mark_seen')).toEqual([{ chat: bob, up_to: 12 }]);
    const { id } = fake.say(bob, 'more');
    await until(() => open.history.last()?.id === id);
    fake.refusing.set('mark_seen', { code: { kind: 'link_lost' }, detail: '' });
    await open.markSeen(id);
    fake.refusing.clear();
    await open.markSeen(id);
    expect(fake.calls('mark_seen')).toHaveLength(3);
  });

  it('what an archive fills in above is told as seen too once it was on screen, and has a line', async () => {
    await conversations.show(bob);
    const open = conversations.open!;
    const own = fake.say(bob, 'written without a network', { author: { kind: 'me' }, delivery: 'waiting', seen: true });
    await until(() => open.history.last()?.id === own.id);
    await open.markSeen(own.id);
    where.showChat(bob);
    surroundings.focused = true;
    const missed = fake.say(bob, 'missed', {}, fake.histories.get('1 bob@harbour.example')!.length - 1);
    await until(() => open.firstUnseen === missed.id);
    expect(open.history.messages.slice(-2).map(({ id }) => id)).toEqual([missed.id, own.id]);
    await open.markSeen(own.id);
    expect(fake.calls('mark_seen')).toHaveLength(2);
  });

  it('has its last words kept before the window closes', async () => {
    await conversations.show(bob);
    conversations.open!.composing.typed('Half a thou');
    fake.asked.length = 0;
    await leave();
    const said = fake.asked.map(({ name }) => name).filter((name) => name === 'save_draft' || name === 'close_window');
    expect(said).toEqual(['save_draft', 'close_window']);
  });

  it('of two chats opened in haste the last one is shown', async () => {
    await Promise.all([conversations.show(hiro), conversations.show(bob)]);
    expect(conversations.open?.chat).toEqual(bob);
  });

  it('a chat that is gone says so', async () => {
    fake.refusing.set('open_chat', { code: { kind: 'gone' }, detail: '' });
    await conversations.show(bob);
    expect(conversations.failed?.code.kind).toBe('gone');
  });
});

describe('my own status', () => {
  it('is away while I am idle, if I am available', () => {
    own.view = { availability: 'available', idle: true, status: '', mute: null };
    expect(own.shown).toBe('away');
    own.view = { availability: 'busy', idle: true, status: '', mute: null };
    expect(own.shown).toBe('busy');
  });

  it('is muted for as long as was chosen', async () => {
    await own.mute('8h');
    await own.unmute();
    expect(fake.calls('mute_all')).toEqual([{ until: '8h' }, { until: 'none' }]);
  });
});

describe('a room', () => {
  const choir = { account: 1, jid: 'choir@rooms.harbour.example' };

  it('shows who is in it, and reads its state again when it changes', async () => {
    await conversations.show(choir);
    expect(conversations.open?.room).toMatchObject({ nick: 'Alice', occupants: 6 });
    fake.asked.length = 0;
    hear({ kind: 'chats', chats: [choir] });
    await until(() => fake.calls('room').length === 1);
    expect(fake.calls('open_chat'), 'its messages are not read with it').toEqual([]);
  });

  it('names those who type in it', async () => {
    await conversations.show(choir);
    hear({ kind: 'typing', chat: choir, nick: 'Greta', composing: true });
    hear({ kind: 'typing', chat: choir, nick: 'Emeka', composing: true });
    expect(conversations.open?.typing).toEqual(['Greta', 'Emeka']);
  });
});

describe('where a window begins', () => {
  beforeEach(() => {
    where.untouched = true;
    where.section = 'chats';
  });

  it('with the people where nothing was said yet, also if they are known only later', () => {
    where.begin(true, false);
    expect(where.section).toBe('chats');
    where.begin(true, true);
    expect(where.section).toBe('contacts');
  });

  it('with the chats where there are some, and never moves somebody who has chosen', () => {
    where.begin(false, true);
    expect(where.section).toBe('chats');
    where.untouched = true;
    where.showSection('settings');
    where.begin(true, true);
    expect(where.section).toBe('settings');
  });
});
