import { fireEvent, render } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import { keyOf } from '../src/lib/chatref';
import type { Message } from '../src/lib/contract';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { jumping } from '../src/state/finding.svelte';
import { where } from '../src/state/place.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { bob, hiro, stage, until } from './stage';

let fake: Fake;

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`);
const button = (name: string) => byTest(name) as HTMLButtonElement;
const row = ({ id }: Message) => document.querySelector<HTMLElement>(`[data-test="message"][data-id="${id}"]`)!;
const count = () => byTest('selected')?.textContent;

async function open(...bodies: string[]): Promise<Message[]> {
  fake.histories.set(keyOf(bob), []);
  const more = { author: { kind: 'me' }, delivery: 'sent', seen: true } as const;
  const messages = bodies.map((body) => fake.say(bob, body, body.startsWith('theirs') ? { seen: true } : more));
  where.chat = bob;
  await conversations.show(bob);
  render(ChatPane);
  render(Dialogs);
  await until(() => messages.every((message) => row(message) !== null));
  return messages;
}

async function choose(message: Message, item: string): Promise<void> {
  await fireEvent.click(row(message).querySelector('[data-test="message-menu"]')!);
  await until(() => byTest(item) !== null);
  await fireEvent.click(byTest(item)!);
}

async function select(...messages: Message[]): Promise<void> {
  await choose(messages[0]!, 'select');
  await until(() => byTest('select-bar') !== null);
  for (const message of messages.slice(1)) await fireEvent.click(row(message).querySelector('.bubble')!);
}

beforeEach(async () => {
  fake = await stage();
  toasts.all = [];
});

describe('messages that are selected', () => {
  it('are copied in their order, with names and times', async () => {
    const written = vi.fn(async () => undefined);
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
    const [first, second, third] = await open('theirs one', '/me waves', 'theirs\nthree');
    await select(third!, first!, second!);
    expect(count()).toContain('3');
    await fireEvent.click(button('copy-selected'));
    await until(() => written.mock.calls.length === 1);
    const lines = String((written.mock.calls as unknown[][])[0]![0]).replace(/\[[^\]]+\]/g, '[at]');
    expect(lines).toBe('[at] Bob Nowak: theirs one\n[at] * alice waves\n[at] Bob Nowak: theirs\nthree');
    await until(() => byTest('select-bar') === null && byTest('composer') !== null);
  });

  it('are chosen by mouse and keyboard, also as a range, and Escape ends it', async () => {
    const [first, second, third] = await open('theirs one', 'two', 'theirs three');
    await select(first!);
    await fireEvent.click(row(third!), { shiftKey: true });
    expect(count()).toContain('3');
    await fireEvent.click(row(second!));
    expect(count()).toContain('2');
    const boxes = [...document.querySelectorAll<HTMLInputElement>('[data-test="choose"]')];
    boxes[0]!.focus();
    await fireEvent.keyDown(boxes[0]!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(boxes[1]);
    expect(count()).toContain('2');
    await fireEvent.click(boxes[1]!);
    expect(count()).toContain('3');
    await fireEvent.keyDown(boxes[1]!, { key: 'Escape' });
    await until(() => byTest('select-bar') === null);
    expect(document.querySelector('[data-test="choose"]')).toBeNull();
  });

  it('are left by Escape before the chat is, in a narrow window', async () => {
    // As the whole page's way back from a chat: it listens first.
    const back = vi.fn();
    const listener = (event: KeyboardEvent) => event.key === 'Escape' && !event.defaultPrevented && back();
    addEventListener('keydown', listener);
    const [first] = await open('theirs one');
    await select(first!);
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(back).not.toHaveBeenCalled();
    await until(() => byTest('select-bar') === null);
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(back).toHaveBeenCalledOnce();
    removeEventListener('keydown', listener);
  });

  it('are taken back only if all are mine, after one question', async () => {
    const [theirs, one, two] = await open('theirs', 'one', 'two');
    await select(one!, theirs!);
    expect(button('retract-selected').disabled).toBe(true);
    await fireEvent.click(row(theirs!));
    await fireEvent.click(row(two!));
    await fireEvent.click(button('retract-selected'));
    await until(() => byTest('confirm') !== null);
    expect(fake.calls('retract_message')).toEqual([]);
    await fireEvent.click(byTest('confirm')!);
    await until(() => document.querySelectorAll('[data-test="retracted"]').length === 2);
    expect(fake.calls('retract_message').map(({ message }) => message)).toEqual([one!.id, two!.id]);
    await until(() => byTest('select-bar') === null);
  });

  it('are deleted for me alone, and are gone from the list', async () => {
    const [theirs, one, two] = await open('theirs', 'one', 'two');
    await select(theirs!, one!);
    await fireEvent.click(button('delete-selected'));
    await until(() => byTest('confirm') !== null);
    await fireEvent.click(byTest('confirm')!);
    await until(() => row(theirs!) === null && row(one!) === null);
    expect(row(two!)).not.toBeNull();
    expect(fake.calls('delete_messages')).toEqual([{ messages: [theirs!.id, one!.id] }]);
  });
});

describe('a message', () => {
  it('goes on to other chats, each once also when it is tried again', async () => {
    const [first, second] = await open('theirs one', 'two');
    await select(second!, first!);
    await fireEvent.click(button('forward-selected'));
    await until(() => byTest('forward-form') !== null);
    expect(button('submit').disabled).toBe(true);
    await fireEvent.input(byTest('search-forward')!, { target: { value: 'hiro' } });
    await until(() => document.querySelectorAll('[data-test="forward-one"]').length === 1);
    await fireEvent.click(byTest('forward-one')!);
    const send = fake.ask.bind(fake);
    let times = 0;
    fake.ask = ((name, ask) => {
      if (name === 'send_message' && ++times === 2) fake.refusing.set('send_message', { code: { kind: 'link_lost' }, detail: '' });
      return send(name, ask);
    }) as typeof fake.ask;
    await fireEvent.submit(byTest('forward-form')!);
    await until(() => byTest('error') !== null);
    fake.refusing.clear();
    await fireEvent.submit(byTest('forward-form')!);
    await until(() => where.dialog === null);
    const sent = fake.calls('send_message');
    expect(sent.map(({ chat, body, reply_to }) => [chat.jid, body, reply_to])).toEqual([
      [hiro.jid, 'theirs one', null],
      [hiro.jid, 'two', null],
      [hiro.jid, 'two', null],
    ]);
    expect(sent[2]!.id).toBe(sent[1]!.id);
    await until(() => byTest('select-bar') === null);
  });

  it('is pinned, leads there from the top, and is unpinned', async () => {
    const [theirs, mine] = await open('theirs', 'mine');
    expect(byTest('pins')).toBeNull();
    await choose(theirs!, 'pin');
    await until(() => byTest('pinned') !== null);
    expect(byTest('pinned')!.textContent).toContain('theirs');
    await fireEvent.click(byTest('pinned')!);
    await until(() => row(theirs!).classList.contains('found'));
    expect(jumping.at).toBe(theirs!.id);
    await choose(mine!, 'pin');
    await until(() => byTest('all-pins') !== null);
    expect(document.querySelectorAll('[data-test="pinned"]').length).toBe(1);
    await fireEvent.click(byTest('all-pins')!);
    expect(document.querySelectorAll('[data-test="pinned"]').length).toBe(2);
    await fireEvent.click(byTest('unpin')!);
    await until(() => document.querySelectorAll('[data-test="pinned"]').length === 1);
    expect(byTest('pinned')!.textContent).toContain('mine');
  });
});
