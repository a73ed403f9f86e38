import { cleanup, fireEvent, render } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { occupant } from '../src/dev/rooms';
import ContactDialog from '../src/dialogs/ContactDialog.svelte';
import ContactRow from '../src/list/ContactRow.svelte';
import RequestCards from '../src/parts/RequestCards.svelte';
import ChatPane from '../src/screens/ChatPane.svelte';
import { announcer } from '../src/state/announcer.svelte';
import { contacts } from '../src/state/contacts.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { hear } from '../src/state/sync.svelte';
import { stage, until } from './stage';

const choir = { account: 1, jid: 'choir@rooms.harbour.example' };
const cyrillic = 'C\u0430rla';
const signs = () => [...document.querySelectorAll('[data-test="look-alike"]')].map((sign) => sign.getAttribute('aria-label') ?? sign.textContent);
let fake: Fake;

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

it('a stranger whose address looks like a contact’s is told before they are accepted', async () => {
  const jid = 'b\u043eb@harbour.example';
  fake.rooms.alike = [{ name: jid, of: 'bob@harbour.example' }];
  fake.overview.requests.contacts.push({ account: 1, jid, nick: '', text: '', at: fake.now, moved: null });
  hear({ kind: 'resync', left_out: 1 });
  render(RequestCards);
  await until(() => signs().length > 0);
  expect(signs()).toEqual(['Looks like “bob@harbour.example”, but is somebody else.']);
  expect(document.querySelector('[data-test="look-alike"]')!.closest('article')!.dataset.jid).toBe(jid);
});

it('somebody in a room whose nick looks like another’s is marked in the list and over their words, also when they come later', async () => {
  where.showChat(choir);
  where.people = true;
  await conversations.show(choir);
  render(ChatPane);
  await until(() => fake.calls('look_alikes').some(({ names }) => names.includes('Carla')));
  expect(signs()).toEqual([]);
  fake.rooms.alike = [{ name: cyrillic, of: 'Carla' }, { name: 'Carla', of: cyrillic }];
  fake.rooms.people.get('1 choir@rooms.harbour.example')!.push(occupant(cyrillic));
  const said = fake.say(choir, 'The concert is cancelled', { author: { kind: 'occupant', nick: cyrillic } });
  hear({ kind: 'rooms', rooms: [choir] });
  hear({ kind: 'message_added', chat: choir, message: said.id });
  await until(() => !!document.querySelector(`[data-id="${said.id}"] [data-test="look-alike"]`) && document.querySelectorAll('[data-test="room-panel"] [data-test="look-alike"]').length === 2);
  expect(new Set(signs())).toEqual(new Set(['Looks like “Carla”, but is somebody else.', `Looks like “${cyrillic}”, but is somebody else.`]));
});

it('whoever is to be asked is told to look like a contact before the request goes, also when one is faster than the answer', async () => {
  const jid = 'b\u043eb@harbour.example';
  fake.rooms.alike = [{ name: jid, of: 'bob@harbour.example' }];
  render(ContactDialog, { jid });
  const submit = () => document.querySelector<HTMLButtonElement>('[data-test="submit"]')!;
  await fireEvent.click(submit());
  await until(() => signs().length > 0);
  expect(signs()).toEqual(['Looks like “bob@harbour.example”, but is somebody else.']);
  expect(fake.calls('add_contact')).toEqual([]);
  // Who hears the screen hears why nothing went.
  await until(() => announcer.text === signs()[0]);
  expect(submit().textContent).toContain('all the same');
  await until(() => !submit().disabled);
  await fireEvent.click(submit());
  await until(() => fake.calls('add_contact').length === 1);
});

it('the second click of two does not ask whom the first one has warned of', async () => {
  const jid = 'b\u043eb@harbour.example';
  fake.rooms.alike = [{ name: jid, of: 'bob@harbour.example' }];
  render(ContactDialog, { jid });
  const submit = () => document.querySelector<HTMLButtonElement>('[data-test="submit"]')!;
  await fireEvent.click(submit(), { detail: 1 });
  await until(() => submit().textContent!.includes('all the same') && !submit().disabled);
  await fireEvent.click(submit(), { detail: 2 });
  await new Promise((next) => setTimeout(next));
  expect(fake.calls('add_contact')).toEqual([]);
  // Read, and meant.
  await fireEvent.click(submit(), { detail: 1 });
  await until(() => fake.calls('add_contact').length === 1);
});

it('an answer that comes late does not hide whom the address that stands there now looks like', async () => {
  const jid = 'b\u043eb@harbour.example';
  fake.rooms.alike = [{ name: jid, of: 'bob@harbour.example' }];
  let answerTheFirst = (): void => undefined;
  const ask = fake.ask.bind(fake);
  fake.ask = (name, asked) => {
    const answer = ask(name, asked);
    const first = name === 'look_alikes' && !(asked as unknown as { names: string[] }).names.includes(jid);
    return first ? new Promise((late) => (answerTheFirst = () => late(answer))) : answer;
  };
  render(ContactDialog, { jid: 'b@harbour.example' });
  await until(() => fake.calls('look_alikes').length === 1);
  await fireEvent.input(document.querySelector('input[name="jid"]')!, { target: { value: jid } });
  await until(() => signs().length > 0);
  answerTheFirst();
  await new Promise((next) => setTimeout(next));
  expect(signs()).toEqual(['Looks like “bob@harbour.example”, but is somebody else.']);
});

it('a contact who can be taken for another one is told so in words in the list', async () => {
  fake.rooms.alikeContacts = [{ name: 'bob@harbour.example', of: 'B\u043eb' }];
  const contact = contacts.get({ account: 1, jid: 'bob@harbour.example' })!;
  render(ContactRow, { contact, index: 0, tabindex: 0, onfocus: () => undefined });
  const told = () => document.querySelector('[data-jid="bob@harbour.example"] [data-test="look-alike"]')?.textContent;
  await until(() => told() !== undefined);
  expect(told()).toBe('Not “B\u043eb”, only looks so');
  // Who hears the list still hears whether they are there.
  expect(document.querySelector('[data-jid="bob@harbour.example"]')!.textContent).toContain('Available');
  expect(signs()).toHaveLength(1);
});
