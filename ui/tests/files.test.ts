import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { setLanguage } from '../src/i18n/index.svelte';
import { useCarrier, type AllCommands, type Answer, type Ask } from '../src/lib/link';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { outbox } from '../src/state/outbox.svelte';
import { where } from '../src/state/place.svelte';
import { hear } from '../src/state/sync.svelte';
import { toasts } from '../src/state/toasts.svelte';
import type { FileBrief, FileTrouble } from '../src/lib/contract';
import { fileBrief, fileFailure, sizeWords } from '../src/words/files';
import { refusalWords } from '../src/words/refusal';
import { attacks } from './attacks';
import { stage, until } from './stage';

const bob = { account: 1, jid: 'bob@harbour.example' };
let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

async function openBob(): Promise<void> {
  where.showChat(bob);
  await conversations.show(bob);
  render(ChatPane);
}

describe('a file that somebody hands over', () => {
  it('is a card with name and type; its picture is not asked for before the user says so', async () => {
    await openBob();
    const message = fake.say(bob, 'https://up.harbour.example/1/harbour.jpg');
    fake.files.hand(message.id, bob);
    hear({ kind: 'message_added', chat: bob, message: message.id });
    await until(() => !!byTest('show-pictures'));
    expect(byTest('file-name').textContent).toBe('harbour.jpg');
    expect(fake.calls('show_file')).toEqual([]);
    expect(document.querySelector('[data-test="picture"]')).toBeNull();
    await fireEvent.click(byTest('show-pictures'));
    await until(() => !!byTest('picture'));
    expect(fake.calls('choose_pictures')).toEqual([{ chat: bob, shown: true }]);
    expect(byTest('picture').getAttribute('width')).toBe('320');
  });

  it('stays a card where pictures are only named, and is saved where the user says', async () => {
    await openBob();
    const message = fake.say(bob, 'https://up.harbour.example/1/harbour.jpg');
    fake.files.hand(message.id, bob, { pictures: 'named' });
    hear({ kind: 'message_added', chat: bob, message: message.id });
    await until(() => !!byTest('save-file'));
    expect(byTest('show-pictures')).toBeNull();
    await fireEvent.click(byTest('save-file'));
    await until(() => fake.calls('save_file').length > 0);
    expect(fake.calls('pick_file')).toEqual([{ kind: 'save_as', name: 'harbour.jpg', title: 'Save as' }]);
    expect(fake.calls('save_file')).toEqual([{ message: message.id, path: '/home/alice/harbour.jpg' }]);
    expect(fake.calls('show_file')).toEqual([]);
  });

  it('shows a small picture in its place until the picture is here, where pictures are shown', async () => {
    await openBob();
    const thumbnail = { bytes: fake.files.shown, sides: [64, 40] as [number, number] };
    const waiting = fake.say(bob, 'https://up.harbour.example/2/sea.jpg');
    fake.files.hand(waiting.id, bob, { pictures: 'shown', thumbnail, expected: [640, 400], missing: { kind: 'gone' } });
    hear({ kind: 'message_added', chat: bob, message: waiting.id });
    await until(() => !!byTest('glimpse'));
    expect(byTest('glimpse').style.aspectRatio).toBe('640 / 400');
    expect(byTest('glimpse').querySelector('img'), 'painted, not loaded').toBeNull();
    expect(byTest('expected')).toBeNull();
    Object.assign(fake.files.files.get(waiting.id)!, { here: true, picture: [640, 400], missing: null });
    hear({ kind: 'files', chat: bob });
    await until(() => !!byTest('picture'));
    expect(byTest('glimpse')).toBeNull();
  });

  it('that was spoken is called a voice message, and its name is a detail', async () => {
    await openBob();
    const said = fake.say(bob, 'https://up.harbour.example/2/voice.flac');
    fake.files.hand(said.id, bob, { name: 'voice-2026-05-20-120000.flac', media_type: 'audio/flac', kind: 'voice', length: 12_300, pictures: 'shown' });
    hear({ kind: 'message_added', chat: bob, message: said.id });
    await until(() => !!byTest('player'));
    expect(byTest('file-name').textContent).toBe('Voice message, 0:12');
    expect(byTest('file-name').title).toBe('voice-2026-05-20-120000.flac');
    expect(byTest('play').getAttribute('aria-label')).toBe('Play Voice message, 0:12');
    expect(byTest('player-time').textContent).toBe('0:00 / 0:12');
  });

  it('shows any name as text', async () => {
    await openBob();
    for (const attack of attacks) {
      const message = fake.say(bob, `https://up.harbour.example/${fake.files.files.size}`);
      fake.files.hand(message.id, bob, { name: attack, media_type: 'text/html', kind: 'other', missing: { kind: 'other', why: attack } });
      hear({ kind: 'message_added', chat: bob, message: message.id });
    }
    await until(() => document.querySelectorAll('[data-test="file"]').length > 0);
    expect(document.querySelector('[data-test="file"] :is(script, iframe, object, img)')).toBeNull();
  });
});

describe('a file that is sent', () => {
  it('is chosen, shows how far it is, and is cancelled', async () => {
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => !!byTest('send-card'));
    await fireEvent.click(byTest('send-files'));
    await until(() => !!byTest('transfer'));
    expect(fake.calls('send_file')).toMatchObject([{ chat: bob, path: '/home/alice/photo.png', smaller: false }]);
    fake.files.transfers[0]!.sent = 1_200_000;
    hear({ kind: 'files', chat: bob });
    await until(() => !!byTest('transfer').textContent?.includes('1.2'));
    await fireEvent.click(byTest('cancel-transfer'));
    await until(() => !byTest('transfer'));
  });

  it('is one of several that were chosen, which go in their order', async () => {
    fake.picked = ['/home/alice/b.txt', '/home/alice/a.txt', '/home/alice/photo.png'];
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 3);
    await fireEvent.click(document.querySelectorAll<HTMLElement>('[data-test="take-out"]')[1]!);
    await fireEvent.click(byTest('send-files'));
    await until(() => fake.calls('send_file').length === 2);
    expect(fake.calls('send_file')).toMatchObject([{ path: '/home/alice/b.txt' }, { path: '/home/alice/photo.png' }]);
  });

  it('is not there when nothing was chosen', async () => {
    fake.picked = [];
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => fake.calls('pick_files').length === 1);
    expect(fake.calls('pick_files')).toEqual([{ title: 'Send a file' }]);
    expect(byTest('send-card')).toBeNull();
  });

  it('cannot be chosen by a name that cannot be written, and that is told', async () => {
    toasts.all = [];
    fake.refusing.set('pick_files', { code: { kind: 'bad_file' }, detail: 'it is not written in UTF-8' });
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => toasts.all.length > 0);
    expect(toasts.all.map(({ text }) => text)).toEqual([refusalWords({ kind: 'bad_file' })]);
    expect(byTest('send-card')).toBeNull();
  });

  it('is dropped on the window', async () => {
    await openBob();
    fake.tell('drag', true);
    await until(() => !!byTest('drop'));
    fake.tell('dropped', ['/home/alice/a.txt', '/home/alice/b.txt']);
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 2);
    expect(fake.calls('send_file')).toEqual([]);
    await fireEvent.click(byTest('send-files'));
    await until(() => document.querySelectorAll('[data-test="transfer"]').length === 2);
    expect(byTest('drop')).toBeNull();
  });

  it('is no link that was dropped, which leads nowhere and is sent as nothing', async () => {
    await openBob();
    fake.tell('dropped', ['https://evil.example/a', 'data:text/html,a', '/home/alice/https:a.txt', 'C:\\a.txt']);
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 2);
    expect(byTest('send-card')!.textContent).not.toContain('evil');
    expect(toasts.all.at(-1)!.text).toBe('Only files of this computer can be sent like this.');
  });

  it('says why it was given up, and is tried again', async () => {
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => !!byTest('send-card'));
    await fireEvent.click(byTest('send-files'));
    await until(() => !!byTest('transfer'));
    fake.files.transfers[0]!.failure = { kind: 'no_service' };
    hear({ kind: 'files', chat: bob });
    await until(() => !!byTest('transfer-failed'));
    expect(screen.getByText('Your server does not take files.')).toBeTruthy();
    await fireEvent.click(byTest('retry-transfer'));
    await until(() => !byTest('transfer-failed'));
  });
});

describe('what is about to be sent', () => {
  const paste = (...pasted: File[]) => {
    const event = new Event('paste', { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { files: pasted, getData: () => '' } });
    window.dispatchEvent(event);
  };

  it('is a picture on the clipboard of which the event itself says nothing, as in WebKitGTK', async () => {
    await openBob();
    const picture = { types: ['image/png'], getType: () => Promise.resolve(new Blob(['png'])) };
    const words = { types: ['text/html'], getType: () => Promise.reject(new Error('asked for')) };
    const read = vi.fn(() => Promise.resolve([words, picture]));
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { read } });
    const event = new Event('paste', { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { types: [], files: [], getData: () => '' } });
    window.dispatchEvent(event);
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 1);
    Reflect.deleteProperty(navigator, 'clipboard');
    expect(read).toHaveBeenCalledTimes(1);
    expect(byTest('to-send').textContent).toContain('image.png');
  });

  it('is a picture with both sizes, and goes smaller only when that is wanted', async () => {
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => !!byTest('smaller'));
    expect(byTest('preview').getAttribute('aria-label')).toBe('photo.png');
    expect(byTest('to-send').textContent).toContain('2.4 MB');
    expect(byTest('to-send').textContent).toContain('310 kB');
    expect((byTest('original') as HTMLInputElement).checked).toBe(true);
    await fireEvent.click(byTest('smaller'));
    await fireEvent.click(byTest('send-files'));
    await until(() => !byTest('send-card'));
    expect(fake.calls('send_file')).toMatchObject([{ path: '/home/alice/photo.png', smaller: true }]);
  });

  it('is pasted, looked at, and sent when the user says so', async () => {
    await openBob();
    paste(new File(['abc'], 'image.png', { type: 'image/png' }));
    await until(() => !!byTest('preview'));
    expect(fake.calls('send_pasted')).toEqual([]);
    expect(document.activeElement, 'a key that was meant for the composer sends nothing').toBe(byTest('send-card'));
    await fireEvent.click(byTest('send-files'));
    await until(() => fake.calls('send_pasted').length === 1);
    expect(fake.calls('send_pasted')).toMatchObject([{ chat: bob, name: 'image.png', bytes: btoa('abc'), smaller: false }]);
  });

  it('goes nowhere with Escape, and one can be taken out', async () => {
    await openBob();
    fake.tell('dropped', ['/home/alice/a.txt', '/home/alice/b.txt']);
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 2);
    await fireEvent.click(byTest('take-out'));
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 1);
    await fireEvent.keyDown(byTest('send-files'), { key: 'Escape' });
    await until(() => !byTest('send-card'));
    expect(fake.calls('send_file')).toEqual([]);
  });

  it('is not sent any more once it was taken out, also while another one is on its way', async () => {
    await openBob();
    fake.tell('dropped', ['/home/alice/a.txt', '/home/alice/b.txt', '/home/alice/c.txt']);
    await until(() => document.querySelectorAll('[data-test="to-send"]').length === 3);
    const held: (() => void)[] = [];
    useCarrier({
      async ask<N extends keyof AllCommands>(name: N, ask: Ask<N>): Promise<Answer<N>> {
        if (name === 'send_file') await new Promise<void>((go) => held.push(go));
        return fake.ask(name, ask);
      },
      listen: (name, heard) => fake.listen(name, heard),
    });
    await fireEvent.click(byTest('send-files'));
    await until(() => held.length === 1);
    await fireEvent.click(document.querySelectorAll('[data-test="take-out"]')[1]!);
    held[0]!();
    await until(() => held.length === 2);
    await fireEvent.keyDown(byTest('send-card'), { key: 'Escape' });
    held[1]!();
    await until(() => !outbox.busy);
    expect(held).toHaveLength(2);
    expect(fake.calls('send_file').map(({ path }) => path)).toEqual(['/home/alice/a.txt', '/home/alice/c.txt']);
  });

  it('stays with the reason where it cannot be sent, and is the same message on the next try', async () => {
    await openBob();
    await fireEvent.click(byTest('attach'));
    await until(() => !!byTest('send-card'));
    fake.refusing.set('send_file', { code: { kind: 'bad_file' }, detail: 'this is no file' });
    await fireEvent.click(byTest('send-files'));
    await until(() => !!byTest('to-send').textContent?.includes('this is no file'));
    await until(() => document.activeElement === byTest('send-files'));
    fake.refusing.delete('send_file');
    await fireEvent.click(byTest('send-files'));
    await until(() => !byTest('send-card'));
    const [first, second] = fake.calls('send_file');
    expect(first!.id).toBe(second!.id);
  });
});

describe('a picture that comes', () => {
  it('has its place before it is here', async () => {
    await openBob();
    const message = fake.say(bob, 'https://up.harbour.example/1/harbour.jpg');
    fake.files.hand(message.id, bob, { pictures: 'shown', coming: 10, expected: [640, 480] });
    fake.files.handlers.show_file = () => null;
    hear({ kind: 'message_added', chat: bob, message: message.id });
    await until(() => !!byTest('expected'));
    expect(byTest('expected').style.aspectRatio).toBe('640 / 480');
    Object.assign(fake.files.files.get(message.id)!, { here: true, coming: null, picture: [640, 480] });
    hear({ kind: 'files', chat: bob });
    await until(() => !!byTest('picture'));
    expect(byTest('expected')).toBeNull();
  });

  it('has no place kept where it is a film, which is not shown', async () => {
    await openBob();
    const message = fake.say(bob, 'https://up.harbour.example/1/harbour.mp4');
    fake.files.hand(message.id, bob, { media_type: 'video/mp4', pictures: 'shown', expected: [640, 480] });
    hear({ kind: 'message_added', chat: bob, message: message.id });
    await until(() => !!byTest('file'));
    expect(byTest('expected')).toBeNull();
  });
});

describe('words about files', () => {
  it('give sizes as people write them', () => {
    expect([0, 999, 1_000, 48_000, 1_234_567, 999_600, 2_147_483_648].map(sizeWords)).toEqual(['0 byte', '999 byte', '1 kB', '48 kB', '1.2 MB', '1 MB', '2.1 GB']);
  });

  it('say every reason in the user’s language, with what the server says', async () => {
    await setLanguage('de');
    const troubles: FileTrouble[] = [{ kind: 'refused', why: '403' }, { kind: 'unreachable', why: 'timed out' }, { kind: 'not_now', why: 'quota reached' }, { kind: 'no_answer' }, { kind: 'not_fetched' }, { kind: 'not_here' }, { kind: 'somebody_else' }, { kind: 'disk', why: 'no space' }];
    const said = troubles.map(fileFailure);
    await setLanguage('en');
    expect(said).toEqual([
      'Der Server lehnt die Datei ab. (403)',
      'Der Server für die Datei ist nicht erreichbar. Versuche es später noch einmal.',
      'Der Server nimmt gerade keine Datei an. Versuche es später noch einmal. (quota reached)',
      'Der Server sagt nicht, wohin die Datei soll. Versuche es später noch einmal.',
      'Von dieser Adresse holt Carillon nichts.',
      'Die Datei ist nicht mehr auf diesem Computer.',
      'Für wen sie war, ist nicht mehr im Raum. Es wurde nichts gesendet.',
      'Die Datei ließ sich hier nicht lesen oder schreiben. (no space)',
    ]);
  });

  it('say what an earlier version has noted as it was noted', () => {
    expect(fileFailure({ kind: 'other', why: 'no route to host' })).toBe('That did not work. (no route to host)');
  });

  it('call a file by its kind, and a voice message by its length', () => {
    const brief = (kind: FileBrief['kind'], length: number | null = null) => fileBrief({ kind, name: 'cat.png', length });
    expect([brief('picture'), brief('voice', 12_000), brief('voice'), brief('sound', 9), brief('video'), brief('other')]).toEqual(['Picture: cat.png', 'Voice message, 0:12', 'Voice message', 'Sound: cat.png', 'Video: cat.png', 'File: cat.png']);
  });
});
