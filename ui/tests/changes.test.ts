import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import type { Message } from '../src/lib/contract';
import { keyOf } from '../src/lib/chatref';
import ChatPane from '../src/screens/ChatPane.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { announcer } from '../src/state/announcer.svelte';
import { where } from '../src/state/place.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { bob, stage, until } from './stage';

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
  render(Dialogs);
  await until(() => messages.every((message) => row(message) !== null));
  return messages;
}

async function menuOf(message: Message): Promise<void> {
  await fireEvent.click(row(message).querySelector('[data-test="message-menu"]')!);
  await until(() => byTest('copy-text') !== null);
}

beforeEach(async () => {
  fake = await stage();
});

describe('a correction', () => {
  it('is written where messages are, and leaves what stood there as it was', async () => {
    const [mine] = await open('Helo', 'theirs');
    await fireEvent.input(field(), { target: { value: 'half a sent' } });
    await menuOf(mine!);
    await fireEvent.click(byTest('correct')!);
    await until(() => field().value === 'Helo');
    expect(byTest('correcting')!.textContent).toContain('Helo');
    await fireEvent.input(field(), { target: { value: ' Hello ' } });
    await fireEvent.keyDown(field(), { key: 'Enter' });
    await until(() => fake.calls('correct_message').length === 1);
    expect(fake.calls('correct_message')[0]).toMatchObject({ message: mine!.id, body: 'Hello' });
    expect(fake.calls('send_message')).toEqual([]);
    await until(() => row(mine!).textContent!.includes('Hello'));
    expect(field().value).toBe('half a sent');
    expect(byTest('correcting')).toBeNull();
  });

  it('begins with Arrow up in an empty field and ends with Escape', async () => {
    await open('first', 'Helo', 'theirs');
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(field().value).toBe('Helo');
    await fireEvent.keyDown(field(), { key: 'Escape' });
    expect(field().value).toBe('');
    expect(byTest('correcting')).toBeNull();
    await fireEvent.input(field(), { target: { value: 'words' } });
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(field().value).toBe('words');
    expect(fake.calls('correct_message')).toEqual([]);
  });

  it('that changes nothing is none, and one without words is not sent', async () => {
    await open('Helo');
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    await fireEvent.keyDown(field(), { key: 'Enter' });
    await until(() => byTest('correcting') === null);
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    await fireEvent.input(field(), { target: { value: ' ' } });
    await fireEvent.keyDown(field(), { key: 'Enter' });
    expect(byTest('correcting')).not.toBeNull();
    expect(fake.calls('correct_message')).toEqual([]);
  });

  it('that was refused stays there, and a second try has the same id', async () => {
    await open('Helo');
    fake.refusing.set('correct_message', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    await fireEvent.input(field(), { target: { value: 'Hello' } });
    await fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => screen.getByText(/background part is being restarted/));
    expect(field().value).toBe('Hello');
    fake.refusing.clear();
    await fireEvent.keyDown(field(), { key: 'Enter' });
    await until(() => fake.calls('correct_message').length === 2);
    const [first, second] = fake.calls('correct_message');
    expect(second!.id).toBe(first!.id);
  });

  it('is only of what I said and others have', async () => {
    const [theirs] = await open('theirs');
    await menuOf(theirs!);
    expect(byTest('correct')).toBeNull();
    expect(byTest('show-versions')).toBeNull();
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(field().value).toBe('');
  });

  it('is marked, and shows what it said before', async () => {
    const [theirs] = await open('theirs, <b>helo</b>');
    expect(byTest('edited')).toBeNull();
    fake.changes.correct(said()[0]!, 'theirs, hello');
    await until(() => byTest('edited') !== null);
    expect(row(theirs!).textContent).toContain('theirs, hello');
    await fireEvent.click(byTest('edited')!);
    await until(() => document.querySelectorAll('[data-test="versions"] li').length === 2);
    const words = [...document.querySelectorAll('[data-test="versions"] p')].map((one) => one.textContent);
    expect(words).toEqual(['theirs, <b>helo</b>', 'theirs, hello']);
  });
});

describe('the menu of a message', () => {
  it('opens by a right click, and by the keyboard from message to message', async () => {
    const [first, second] = await open('one', 'two');
    const [upper, lower] = [first!, second!].map((one) => row(one).querySelector<HTMLElement>('[data-test="message-menu"]')!);
    expect([upper!.tabIndex, lower!.tabIndex]).toEqual([-1, 0]);
    lower!.focus();
    await fireEvent.keyDown(lower!, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(upper);
    await fireEvent.contextMenu(row(first!).querySelector('.body')!);
    await until(() => byTest('correct') !== null);
    await fireEvent.click(byTest('correct')!);
    await until(() => field().value === 'one');
  });
});

describe('a reaction', () => {
  const chips = (message: Message) => [...row(message).querySelectorAll<HTMLElement>('[data-test="reaction"]')].map((chip) => `${chip.dataset.emoji} ${chip.textContent!.replace(/\D/g, '') || 1} ${chip.getAttribute('aria-pressed')}`);

  it('is given from the menu, counted, and taken back by a click', async () => {
    const [theirs] = await open('theirs');
    fake.changes.react(said()[0]!, { kind: 'contact' }, ['👍', '🎉']);
    await until(() => chips(theirs!).length === 2);
    expect(chips(theirs!)).toEqual(['👍 1 false', '🎉 1 false']);
    await menuOf(theirs!);
    await fireEvent.click(document.querySelector('[data-test="quick"][data-emoji="👍"]')!);
    await until(() => chips(theirs!)[0] === '👍 2 true');
    const chip = row(theirs!).querySelector<HTMLElement>('[data-test="reaction"]')!;
    expect(chip.title).toBe('Bob Nowak, You');
    await fireEvent.click(row(theirs!).querySelectorAll('[data-test="reaction"]')[1]!);
    await until(() => chips(theirs!)[1] === '🎉 2 true');
    expect(fake.calls('react').map(({ emoji }) => emoji)).toEqual([['👍'], ['👍', '🎉']]);
    await fireEvent.click(chip);
    await until(() => chips(theirs!)[0] === '👍 1 false');
    expect(fake.calls('react').at(-1)!.emoji).toEqual(['🎉']);
  });

  it('can be any emoji', async () => {
    const [mine] = await open('mine');
    await menuOf(mine!);
    await fireEvent.click(byTest('more-reactions')!);
    await until(() => byTest('emoji-picker') !== null);
    await until(() => document.querySelector('[data-emoji="0"]') !== null);
    await fireEvent.click(document.querySelector('[data-emoji="0"]')!);
    await until(() => chips(mine!).length === 1);
    expect(byTest('emoji-picker')).toBeNull();
  });

  it('that is refused is said, and not shown', async () => {
    const [theirs] = await open('theirs');
    fake.refusing.set('react', { code: { kind: 'gone' }, detail: '' });
    await menuOf(theirs!);
    await fireEvent.click(document.querySelector('[data-test="quick"]')!);
    await until(() => toasts.all.length > 0);
    expect(chips(theirs!)).toEqual([]);
  });
});

describe('a message', () => {
  it('is taken back only after a question, and says so then', async () => {
    const [mine] = await open('a secret');
    await menuOf(mine!);
    await fireEvent.click(byTest('retract')!);
    await until(() => byTest('confirm') !== null);
    expect(fake.calls('retract_message')).toEqual([]);
    await fireEvent.click(byTest('confirm')!);
    await until(() => byTest('retracted') !== null);
    expect(fake.calls('retract_message')).toMatchObject([{ message: mine!.id }]);
    expect(row(mine!).textContent).not.toContain('a secret');
  });

  it('that was taken back can neither be corrected, copied nor reacted to', async () => {
    const [theirs, mine] = await open('theirs', 'mine');
    await announcer.say('Words that go', said()[0]!.id);
    for (const message of said()) fake.changes.retract(message);
    await until(() => document.querySelectorAll('[data-test="retracted"]').length === 2);
    expect(announcer.text).toBe('');
    for (const message of [theirs!, mine!]) {
      await fireEvent.contextMenu(row(message).querySelector('.bubble')!);
      for (const item of ['correct', 'copy-text', 'quick', 'retract']) expect(byTest(item)).toBeNull();
    }
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(field().value).toBe('');
  });

  it('of somebody else, or one that is not at the server, is not taken back', async () => {
    const [theirs, mine] = await open('theirs', 'mine');
    said()[1]!.delivery = 'waiting';
    fake.tell('carillon', { kind: 'message_changed', chat: bob, message: mine!.id });
    await until(() => row(mine!).dataset.delivery === 'waiting');
    for (const message of [theirs!, mine!]) {
      await menuOf(message);
      expect(byTest('retract')).toBeNull();
    }
  });
});

describe('a message that cannot be read', () => {
  const encrypted = { encryption: 'OMEMO', seen: true };

  it('is a card that says so, and tells its sender by one click', async () => {
    await open('theirs');
    const message = fake.say(bob, '🔒 OMEMO', encrypted);
    await until(() => byTest('encrypted') !== null);
    expect(row(message).querySelector('.body')).toBeNull();
    expect(byTest('encrypted')!.textContent).toContain('OMEMO');
    await fireEvent.click(byTest('tell-unreadable')!);
    await fireEvent.click(byTest('tell-unreadable')!);
    await until(() => fake.calls('send_message').length === 1);
    expect(fake.calls('send_message')[0]).toMatchObject({ chat: bob, body: expect.stringContaining('unencrypted') });
    await menuOfUnreadable(message);
  });

  async function menuOfUnreadable(message: Message): Promise<void> {
    await fireEvent.click(row(message).querySelector('[data-test="message-menu"]')!);
    await until(() => byTest('quick') !== null);
    expect(byTest('copy-text')).toBeNull();
    expect(byTest('correct')).toBeNull();
  }

  it('of mine from another device asks nothing', async () => {
    await open('theirs');
    fake.say(bob, '🔒 OMEMO', { ...encrypted, author: { kind: 'me' }, delivery: 'sent' });
    await until(() => byTest('encrypted') !== null);
    expect(byTest('tell-unreadable')).toBeNull();
    await fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(field().value).toBe('');
  });

  it('that its sender could not be told of can be tried again, as the same message', async () => {
    await open('theirs');
    fake.say(bob, '🔒 OMEMO', encrypted);
    await until(() => byTest('tell-unreadable') !== null);
    fake.refusing.set('send_message', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.click(byTest('tell-unreadable')!);
    await until(() => toasts.all.length > 0 && !(byTest('tell-unreadable') as HTMLButtonElement).disabled);
    fake.refusing.clear();
    await fireEvent.click(byTest('tell-unreadable')!);
    await until(() => fake.calls('send_message').length === 2);
    const [first, second] = fake.calls('send_message');
    expect(second!.id).toBe(first!.id);
  });
});
