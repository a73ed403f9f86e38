import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import { ask } from '../src/lib/link';
import ChatPane from '../src/screens/ChatPane.svelte';
import ListPane from '../src/screens/ListPane.svelte';
import { chats } from '../src/state/chats.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
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
