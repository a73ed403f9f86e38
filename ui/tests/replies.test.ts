import { fireEvent, render } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { keyOf } from '../src/lib/chatref';
import type { Message } from '../src/lib/contract';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { jumping } from '../src/state/finding.svelte';
import { where } from '../src/state/place.svelte';
import { bob, hiro, stage, until } from './stage';

let fake: Fake;

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`);
const field = () => byTest('composer') as HTMLTextAreaElement;
const said = () => fake.histories.get(keyOf(bob))!;
const row = ({ id }: Message) => document.querySelector<HTMLElement>(`[data-test="message"][data-id="${id}"]`)!;

async function open(...bodies: string[]): Promise<Message[]> {
  fake.histories.set(keyOf(bob), []);
  const more = { author: { kind: 'me' }, delivery: 'sent', seen: true } as const;
  const messages = bodies.map((body) => fake.say(bob, body, body.startsWith('theirs') ? { seen: true } : more));
  where.chat = bob;
  await conversations.show(bob);
  render(ChatPane);
  await until(() => messages.every((message) => row(message) !== null));
  return messages;
}

async function write(words: string): Promise<void> {
  await fireEvent.input(field(), { target: { value: words } });
  await fireEvent.keyDown(field(), { key: 'Enter' });
}

beforeEach(async () => {
  fake = await stage();
});

describe('an answer', () => {
  it('is begun in the menu, says what it answers, and is sent with it once', async () => {
    const [theirs] = await open('theirs <b>one</b>', 'mine');
    await fireEvent.click(row(theirs!).querySelector('[data-test="message-menu"]')!);
    await until(() => byTest('reply') !== null);
    await fireEvent.click(byTest('reply')!);
    await until(() => byTest('replying') !== null);
    expect(byTest('replying')!.textContent).toContain('Bob Nowak');
    expect(byTest('replying')!.textContent).toContain('theirs <b>one</b>');
    await write('Yes');
    await until(() => fake.calls('send_message').length === 1);
    expect(fake.calls('send_message')[0]).toMatchObject({ body: 'Yes', reply_to: theirs!.id });
    await until(() => byTest('quote') !== null);
    expect(byTest('quote')!.textContent).toContain('theirs <b>one</b>');
    expect(byTest('replying')).toBeNull();
    await write('And');
    await until(() => fake.calls('send_message').length === 2);
    expect(fake.calls('send_message')[1]!.reply_to).toBeNull();
  });

  it('is begun with Control and the arrows, from message to message, and ends with Escape', async () => {
    await open('theirs one', 'theirs two', 'mine');
    await fireEvent.input(field(), { target: { value: 'half a sent' } });
    const press = (key: string) => fireEvent.keyDown(field(), { key, ctrlKey: true });
    const shown = () => byTest('replying')?.querySelector('.small')?.textContent;
    for (const [key, words] of [['ArrowUp', 'mine'], ['ArrowUp', 'theirs two'], ['ArrowUp', 'theirs one'], ['ArrowUp', 'theirs one'], ['ArrowDown', 'theirs two'], ['ArrowDown', 'mine'], ['ArrowDown', undefined]] as const) {
      await press(key);
      expect(shown()).toBe(words);
    }
    await press('ArrowUp');
    await fireEvent.keyDown(field(), { key: 'Escape' });
    expect(byTest('replying')).toBeNull();
    expect(field().value).toBe('half a sent');
  });

  it('that was refused still answers it, and a second try is the same message', async () => {
    const [theirs] = await open('theirs');
    fake.refusing.set('send_message', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.keyDown(field(), { key: 'ArrowUp', ctrlKey: true });
    await write('Yes');
    await until(() => field().value === 'Yes' && byTest('replying') !== null);
    fake.refusing.clear();
    await fireEvent.keyDown(field(), { key: 'Enter' });
    await until(() => fake.calls('send_message').length === 2);
    const [first, second] = fake.calls('send_message');
    expect(second).toEqual(first);
    expect(first!.reply_to).toBe(theirs!.id);
  });

  it('is still one after a look into another chat', async () => {
    const [theirs] = await open('theirs');
    await fireEvent.keyDown(field(), { key: 'ArrowUp', ctrlKey: true });
    await conversations.show(hiro);
    await until(() => byTest('replying') === null);
    await conversations.show(bob);
    await until(() => byTest('replying') !== null);
    await write('Yes');
    await until(() => fake.calls('send_message').length === 1);
    expect(fake.calls('send_message')[0]).toMatchObject({ chat: bob, reply_to: theirs!.id });
  });

  it('leads to what it answers, and shows what has become of that', async () => {
    const [theirs] = await open('theirs', 'mine');
    const reply = { kind: 'known', message: theirs!.id, author: theirs!.author, text: 'theirs', retracted: false, file: null } as const;
    const answer = fake.say(bob, 'so', { seen: true, reply });
    await until(() => byTest('quote') !== null);
    await fireEvent.click(byTest('quote')!);
    await until(() => row(theirs!).classList.contains('found'));
    expect(jumping.at).toBe(theirs!.id);
    said().find(({ id }) => id === answer.id)!.reply = { ...reply, text: '', retracted: true };
    fake.changes.retract(said()[0]!);
    await until(() => byTest('quote')!.textContent!.includes('taken back'));
  });

  it('to what is not here says so, and leads nowhere', async () => {
    await open('mine');
    fake.say(bob, 'so', { seen: true, reply: { kind: 'unknown' } });
    await until(() => byTest('quote-unknown') !== null);
    expect(byTest('quote')).toBeNull();
    expect(byTest('quote-unknown')!.querySelector('button')).toBeNull();
  });

  it('is not made of what was taken back or did not leave', async () => {
    const [, failed] = await open('theirs', 'mine');
    said()[1]!.delivery = 'failed';
    fake.changes.retract(said()[0]!);
    fake.tell('carillon', { kind: 'message_changed', chat: bob, message: failed!.id });
    await until(() => byTest('retracted') !== null && row(failed!).dataset.delivery === 'failed');
    await fireEvent.keyDown(field(), { key: 'ArrowUp', ctrlKey: true });
    expect(byTest('replying')).toBeNull();
  });
});
