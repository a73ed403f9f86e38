import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { hear } from '../src/state/sync.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { timeWords } from '../src/words/files';
import { bob, hiro, stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
  where.showChat(bob);
  await conversations.show(bob);
  render(ChatPane);
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

describe('a voice message', () => {
  it('is recorded, shows how long it is, and is sent as a file', async () => {
    await fireEvent.click(byTest('voice-record'));
    await until(() => !!byTest('voice-bar'));
    expect(document.activeElement).toBe(byTest('voice-send'));
    fake.files.recording!.milliseconds = 65_000;
    await until(() => byTest('voice-time').textContent === '1:05');
    await fireEvent.click(byTest('voice-send'));
    await until(() => !byTest('voice-bar') && !!byTest('transfer'));
    expect(fake.calls('send_recording')).toMatchObject([{ chat: bob }]);
  });

  it('is thrown away with Escape, and the words come back', async () => {
    await fireEvent.click(byTest('voice-record'));
    await until(() => !!byTest('voice-bar'));
    await fireEvent.keyDown(byTest('voice-send'), { key: 'Escape' });
    await until(() => !byTest('voice-bar'));
    await until(() => document.activeElement === byTest('composer'));
    expect(fake.calls('cancel_recording')).toHaveLength(1);
    expect(fake.calls('send_recording')).toEqual([]);
  });

  it('needs a microphone: without one it says so, and nothing else happens', async () => {
    fake.refusing.set('begin_recording', { code: { kind: 'no_microphone' }, detail: 'there is none' });
    await fireEvent.click(byTest('voice-record'));
    await until(() => toasts.all.some(({ text }) => text.startsWith('No microphone')));
    expect(byTest('voice-bar')).toBeNull();
    expect(fake.calls('recording')).toEqual([]);
  });

  it('is recorded no further where the user looks elsewhere, and waits there', async () => {
    await fireEvent.click(byTest('voice-record'));
    await until(() => !!byTest('voice-bar'));
    where.showChat(hiro);
    await conversations.show(hiro);
    await until(() => fake.files.recording?.ended === true);
    expect(byTest('voice-bar')).toBeNull();
    where.showChat(bob);
    await conversations.show(bob);
    await until(() => !!byTest('voice-bar'));
    await until(() => !byTest('voice-stop'));
    expect(screen.getByText('Not sent yet')).toBeTruthy();
  });

  it('that cannot be sent stays, and the next try sends the same', async () => {
    await fireEvent.click(byTest('voice-record'));
    await until(() => !!byTest('voice-bar'));
    fake.refusing.set('send_recording', { code: { kind: 'storage' }, detail: 'disk full' });
    await fireEvent.click(byTest('voice-send'));
    await until(() => fake.calls('send_recording').length === 1);
    fake.refusing.delete('send_recording');
    await fireEvent.click(byTest('voice-send'));
    await until(() => !byTest('voice-bar'));
    const [first, second] = fake.calls('send_recording') as { id: string }[];
    expect(second!.id).toBe(first!.id);
  });
});

describe('a sound that somebody hands over', () => {
  function handed(pictures: 'ask' | 'shown' | 'named'): number {
    const message = fake.say(bob, 'https://up.harbour.example/1/voice.flac');
    fake.files.hand(message.id, bob, { name: 'voice.flac', media_type: 'audio/flac', pictures });
    hear({ kind: 'message_added', chat: bob, message: message.id });
    return message.id;
  }

  it('is played once its sender may be heard, and fetched only then', async () => {
    const message = handed('ask');
    await until(() => !!byTest('show-pictures'));
    expect(byTest('player')).toBeNull();
    await fireEvent.click(byTest('show-pictures'));
    await until(() => !!byTest('play'));
    expect([...fake.calls('show_file'), ...fake.calls('play_file')]).toEqual([]);
    await fireEvent.click(byTest('play'));
    await until(() => !!byTest('pause'));
    expect(fake.calls('play_file')).toEqual([{ message, from: 0, speed: 100 }]);
    fake.files.playing!.milliseconds = 12_000;
    await until(() => byTest('player-time').textContent === '0:12 / 1:23');
    await fireEvent.click(byTest('pause'));
    await until(() => !!byTest('play'));
    await fireEvent.click(byTest('play'));
    await until(() => fake.calls('play_file').length === 2);
    expect(fake.calls('play_file')[1]).toEqual({ message, from: 12_000, speed: 100 });
    await until(() => !!byTest('pause'));
    fake.files.playing!.milliseconds = 20_000;
    await fireEvent.click(byTest('speed'));
    await until(() => fake.calls('play_file').length === 3);
    expect(fake.calls('play_file')[2]).toEqual({ message, from: 20_000, speed: 150 });
    expect(byTest('speed').textContent).toBe('1.5×');
    fake.files.playing = null;
    await until(() => !!byTest('play'));
  });

  it('is a card where its sender may not be heard', async () => {
    handed('named');
    await until(() => !!byTest('save-file') && !byTest('player') && !byTest('show-pictures'));
    expect(fake.calls('play_file')).toEqual([]);
  });

  it('that cannot be played says what to do', async () => {
    fake.refusing.set('play_file', { code: { kind: 'not_playable' }, detail: 'opus' });
    handed('shown');
    await until(() => !!byTest('play'));
    await fireEvent.click(byTest('play'));
    await until(() => toasts.all.some(({ text }) => text.includes('another program')));
    expect(byTest('play').hasAttribute('disabled')).toBe(false);
  });
});

it('a place in a sound is written as players write it', () => {
  expect([0, 999, 65_000, 600_000].map(timeWords)).toEqual(['0:00', '0:00', '1:05', '10:00']);
});
