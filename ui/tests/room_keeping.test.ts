import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import { ask } from '../src/lib/link';
import ChatPane from '../src/screens/ChatPane.svelte';
import ListPane from '../src/screens/ListPane.svelte';
import type { Affiliation } from '../src/lib/contract';
import { chats } from '../src/state/chats.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { attacks } from './attacks';
import { stage, until } from './stage';

const choir = { account: 1, jid: 'choir@rooms.harbour.example' };
let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

async function openRoom(): Promise<void> {
  where.showChat(choir);
  await conversations.show(choir);
  render(ChatPane);
}

describe('the picture of a room', () => {
  it('is shown in the list, over the chat and beside its people', async () => {
    fake.rooms.view(choir).about.description = 'Every Thursday';
    where.people = true;
    await openRoom();
    render(ListPane);
    await until(() => byTest('room-about') !== null);
    expect(byTest('room-about').textContent).toContain('Every Thursday');
    await ask('set_room_avatar', { room: choir, picture: btoa('a picture') });
    await until(() => !!chats.get(choir)?.avatar);
    const hash = chats.get(choir)!.avatar!;
    await until(() => fake.calls('avatars').some(({ hashes }) => hashes.includes(hash)));
  });

  it('is taken away by an owner, and a refusal stays on screen', async () => {
    where.dialog = { kind: 'room-avatar', room: choir, name: 'Choir', has: true };
    render(Dialogs);
    await until(() => byTest('avatar-remove') !== null);
    // The keyboard is in the dialog, at what a picture is chosen with.
    await until(() => document.activeElement?.getAttribute('data-test') === 'avatar-file');
    expect(screen.getByText('Picture of Choir')).toBeTruthy();
    fake.refusing.set('set_room_avatar', { code: { kind: 'refused_by_server' }, detail: 'forbidden' });
    await fireEvent.click(byTest('avatar-remove'));
    await until(() => screen.queryByText('forbidden') !== null || document.querySelector('[role="alert"]') !== null);
    expect(where.dialog).not.toBeNull();
    fake.refusing.clear();
    await fireEvent.click(byTest('avatar-remove'));
    await until(() => where.dialog === null);
    expect(fake.calls('set_room_avatar').at(-1)).toEqual({ room: choir, picture: null });
  });

  it('is mine to choose only where I own the room and it knows of pictures', async () => {
    await openRoom();
    for (const [pictures, affiliation, offered] of [
      [true, 'owner', true],
      [false, 'owner', false],
      [true, 'admin', false],
    ] as const) {
      const view = fake.rooms.view(choir);
      fake.rooms.views.set('1 choir@rooms.harbour.example', { ...view, about: { ...view.about, pictures }, me: { ...view.me!, affiliation } });
      cleanup();
      await conversations.show(null);
      await openRoom();
      await fireEvent.keyDown(byTest('chat-menu'), { key: 'Enter' });
      await fireEvent.pointerDown(byTest('chat-menu'), { button: 0, pointerType: 'mouse' });
      await until(() => byTest('room-topic') !== null);
      expect(byTest('room-avatar') !== null, `${pictures} ${affiliation}`).toBe(offered);
    }
  });
});

describe('the lists of a room', () => {
  const listed = () => [...document.querySelectorAll<HTMLElement>('[data-test="listed"]')].map(({ dataset }) => dataset.jid);
  const choices = (select: HTMLElement) => [...select.querySelectorAll('option')].map(({ value }) => value);

  function open(me: Affiliation): void {
    where.dialog = { kind: 'room-lists', room: choir, name: 'Choir', me };
    render(Dialogs);
  }

  it('are four, each read when it is looked at', async () => {
    open('owner');
    await until(() => listed().length === 1);
    expect(listed()).toEqual(['alice@harbour.example']);
    for (const [list, people] of [
      ['admin', ['carla@harbour.example']],
      ['member', ['bob@harbour.example', 'fatima@harbour.example']],
      ['outcast', ['mallory@evil.example', 'spam.example']],
    ] as const) {
      await fireEvent.click(byTest(`list-${list}`));
      await until(() => listed().join() === people.join());
    }
    expect(screen.getByText('Sold watches')).toBeTruthy();
    expect(fake.calls('room_people').map(({ affiliation }) => affiliation)).toEqual(['owner', 'admin', 'member', 'outcast']);
  });

  it('take an address in, and a whole server only as banned', async () => {
    open('owner');
    await until(() => byTest('list-add') !== null);
    await fireEvent.input(byTest('list-address'), { target: { value: 'Dora@Harbour.example' } });
    await fireEvent.submit(byTest('list-form'));
    await until(() => fake.calls('set_affiliation').length === 1);
    expect(fake.calls('set_affiliation')[0]).toEqual({ room: choir, jid: 'dora@harbour.example', affiliation: 'member', words: '' });
    await until(() => (byTest('list-address') as HTMLInputElement).value === '');
    await fireEvent.input(byTest('list-address'), { target: { value: 'evil.example' } });
    expect((byTest('list-add') as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.change(byTest('list-as'), { target: { value: 'outcast' } });
    await until(() => byTest('list-words') !== null);
    await fireEvent.input(byTest('list-words'), { target: { value: 'spam' } });
    await fireEvent.submit(byTest('list-form'));
    await until(() => fake.calls('set_affiliation').length === 2);
    expect(fake.calls('set_affiliation')[1]).toEqual({ room: choir, jid: 'evil.example', affiliation: 'outcast', words: 'spam' });
  });

  it('are changed from somebody’s row, who then stands on another one', async () => {
    open('owner');
    await fireEvent.click(byTest('list-member'));
    await until(() => listed().length === 2);
    await fireEvent.change(byTest('listed-as'), { target: { value: 'none' } });
    await until(() => listed().length === 1);
    expect(fake.calls('set_affiliation').at(-1)).toEqual({ room: choir, jid: 'bob@harbour.example', affiliation: 'none', words: '' });
  });

  it('offer an admin nothing that only an owner may do', async () => {
    open('admin');
    await until(() => listed().length === 2);
    expect(choices(byTest('list-as'))).toEqual(['member', 'outcast']);
    expect(choices(byTest('listed-as'))).toEqual(['member', 'outcast', 'none']);
    await fireEvent.click(byTest('list-owner'));
    await until(() => listed().join() === 'alice@harbour.example');
    expect(byTest('listed-as')).toBeNull();
  });

  it('ask once more before I take something from myself', async () => {
    open('owner');
    await until(() => listed().length === 1);
    await fireEvent.change(byTest('listed-as'), { target: { value: 'member' } });
    await until(() => byTest('list-myself') !== null);
    expect(fake.calls('set_affiliation')).toEqual([]);
    await fireEvent.click(byTest('list-myself-confirm'));
    await until(() => where.dialog === null);
    expect(fake.calls('set_affiliation')).toEqual([{ room: choir, jid: 'alice@harbour.example', affiliation: 'member', words: '' }]);
  });

  it('say in words why something was refused, and show what is so', async () => {
    open('owner');
    await fireEvent.click(byTest('list-member'));
    await until(() => listed().length === 2);
    fake.refusing.set('set_affiliation', { code: { kind: 'needs_owner' }, detail: 'conflict' });
    await fireEvent.change(byTest('listed-as'), { target: { value: 'admin' } });
    await until(() => screen.queryByText(/keeps at least one owner/) !== null);
    expect((byTest('listed-as') as HTMLSelectElement).value).toBe('member');
    fake.refusing.set('room_people', { code: { kind: 'not_permitted' }, detail: 'forbidden' });
    await fireEvent.click(byTest('list-admin'));
    await until(() => screen.queryByText(/does not let you do that/) !== null);
  });

  it('may be long: few rows are drawn, some are found by words, and what is left out is told', async () => {
    for (let n = 0; n < 5_000; n += 1) fake.rooms.ranks.set(`guest${n}@harbour.example`, { affiliation: 'member', nick: '', words: '' });
    fake.rooms.leftOut = 12;
    open('admin');
    await until(() => listed().length > 2);
    expect(listed().length).toBeLessThan(200);
    expect(byTest('list-left-out').textContent).toContain('12');
    await fireEvent.input(byTest('list-search'), { target: { value: 'GUEST4999' } });
    await until(() => listed().join() === 'guest4999@harbour.example');
  });

  it.each(attacks)('%j stays text as a nick and as a reason', async (attack) => {
    fake.rooms.ranks.set('bob@harbour.example', { affiliation: 'member', nick: attack, words: attack });
    open('admin');
    await until(() => listed().length === 2);
    expect(byTest('listed').textContent).toContain(attack.trim());
    expect(byTest('listed').querySelector('script, img, a')).toBeNull();
  });
});
