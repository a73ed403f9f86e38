import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import MessageRow from '../src/chat/MessageRow.svelte';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import type { Line } from '../src/lib/body';
import { asRefused, ask } from '../src/lib/link';
import { now } from '../src/lib/now.svelte';
import type { Message } from '../src/lib/contract';
import AccountForm from '../src/parts/AccountForm.svelte';
import ActivityPane from '../src/screens/ActivityPane.svelte';
import ChatPane from '../src/screens/ChatPane.svelte';
import RequestsPane from '../src/screens/RequestsPane.svelte';
import { contacts } from '../src/state/contacts.svelte';
import { Conversation, conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { surroundings } from '../src/state/surroundings.svelte';
import { take } from '../src/state/readings';
import { hear } from '../src/state/sync.svelte';
import { brief, moment } from '../src/words/when';
import { attacks } from './attacks';
import { bob, hiro, noon, stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

describe('a stranger’s words', () => {
  async function row(more: Partial<Message>): Promise<HTMLElement> {
    const conversation = new Conversation(await ask('open_chat', { chat: bob }));
    const message: Message = { id: 1, chat: bob, author: { kind: 'contact' }, body: '', at: noon, delivery: null, failure: '', seen: true, corrected: false, reactions: [], retracted: false, moderated: null, encryption: null, unstyled: false, reply: null, occupant: null, ...more };
    const line: Line = { message, day: null, newAbove: false, turn: null, first: true, last: true };
    return render(MessageRow, { line, conversation }).container;
  }

  it.each(attacks)('%j stays text in a body, a nick and a reason', async (attack) => {
    const plain = await row({});
    const tags = (element: HTMLElement) => [...element.querySelectorAll('*')].map(({ tagName }) => tagName).filter((tag) => tag !== 'A');
    const body = await row({ body: attack });
    expect(body.querySelector('.body')!.textContent).toBe(attack.startsWith('/me ') ? attack.slice(4) : attack);
    expect(tags(body).filter((tag) => ['SCRIPT', 'IMG', 'IFRAME', 'OBJECT', 'STYLE', 'FORM', 'LINK', 'VIDEO', 'MATH', 'BASE'].includes(tag))).toEqual([]);
    if (!attack.startsWith('/me ')) expect(tags(body)).toEqual(tags(plain));
    for (const link of body.querySelectorAll('a')) expect(link.protocol).toMatch(/^(https?|mailto|xmpp):$/);
    const nick = await row({ body: 'x', author: { kind: 'occupant', nick: attack } });
    expect(nick.querySelector('.nick')!.textContent).toBe(attack);
    const failed = await row({ body: 'x', author: { kind: 'me' }, delivery: 'failed', failure: attack });
    expect(failed.querySelector('div.failed')!.textContent).toContain(attack);
    const gone = await row({ retracted: true, moderated: { by: attack, words: attack } });
    expect([...gone.querySelectorAll('[data-test="retracted"] bdi')].map(({ textContent }) => textContent)).toEqual([attack, attack]);
    expect(gone.querySelector('[data-test="retracted"]')!.textContent).toBe(`Removed by ${attack}: ${attack}`);
  });

  it('a name without a colour of its own has that of the words around it, also as a part of other colours', async () => {
    fake.overview.settings.general.person_colours = false;
    take(structuredClone(fake.overview));
    const nick = (await row({ body: 'x', author: { kind: 'occupant', nick: 'Carla' } })).querySelector<HTMLElement>('.nick')!;
    expect([nick.style.getPropertyValue('--on-light'), nick.style.getPropertyValue('--on-dark')]).toEqual(['currentColor', 'currentColor']);
  });

  it('a link is opened by the window, an xmpp: address only after a question', async () => {
    const shown = await row({ body: 'https://example.org/ xmpp:mara@harbour.example?join' });
    const [web, chat] = shown.querySelectorAll('a');
    await fireEvent.click(web!);
    expect(fake.calls('open_link')).toEqual([{ url: 'https://example.org/' }]);
    await fireEvent.click(chat!);
    expect(where.dialog).toEqual({ kind: 'uri', uri: 'xmpp:mara@harbour.example?join' });
    expect(fake.calls('join_room')).toEqual([]);
  });
});

describe('signing in', () => {
  function form(mode: 'sign_in' | 'create_account' = 'sign_in'): void {
    render(AccountForm, { mode, ondone: () => undefined, oncancel: () => undefined });
  }

  it('says what is wrong with an address before anything is sent', async () => {
    form();
    await fireEvent.input(screen.getByLabelText('Address'), { target: { value: 'alice' } });
    await fireEvent.click(screen.getByText('Sign in'));
    expect(screen.getByText('An address looks like name@server.org.')).toBeTruthy();
    expect(fake.calls('sign_in')).toEqual([]);
  });

  it('keeps what was entered when the server refuses, and says why', async () => {
    fake.refusing.set('sign_in', { code: { kind: 'session', problem: { kind: 'password_refused' } }, detail: 'not-authorized' });
    form();
    await fireEvent.input(screen.getByLabelText('Address'), { target: { value: 'alice@harbour.example' } });
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } });
    await fireEvent.click(screen.getByText('Sign in'));
    await waitFor(() => screen.getByText(/did not accept this address and password/));
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('secret');
    expect(fake.calls('sign_in')[0]).toEqual({ jid: 'alice@harbour.example', password: 'secret', connect: null, secret: 'keyring', proxy: 'system', allow_plain: false });
  });

  async function fill(): Promise<void> {
    await fireEvent.input(screen.getByLabelText('Address'), { target: { value: 'alice@harbour.example' } });
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } });
  }

  const kept = () => document.querySelector<HTMLInputElement>('[name=secret]:checked')?.value;

  it('with a keyring, that is where the password goes', () => {
    form();
    expect(kept()).toBe('keyring');
  });

  it('without a keyring nothing is chosen for me, and nothing is sent before I choose', async () => {
    surroundings.desktop = { ...surroundings.desktop, keyring: false };
    form();
    expect(kept()).toBeUndefined();
    expect(byTest('keeping').closest('details')).toBeNull();
    expect(byTest('keeping').textContent).toContain('No keyring was found on this computer');
    await fill();
    await fireEvent.click(byTest('submit'));
    expect(fake.calls('sign_in')).toEqual([]);
    await fireEvent.click(screen.getByLabelText(/In a file on this computer/));
    await fireEvent.click(byTest('submit'));
    await until(() => fake.calls('sign_in').length === 1);
    expect(fake.calls('sign_in')[0]).toMatchObject({ secret: 'file' });
  });

  it('a keyring that turns out to be missing takes its choice back', async () => {
    fake.refusing.set('sign_in', { code: { kind: 'no_keyring' }, detail: '' });
    form();
    await fill();
    await fireEvent.click(byTest('submit'));
    await waitFor(() => screen.getByText(/no keyring on this computer to keep/));
    expect(kept()).toBeUndefined();
    fake.refusing.clear();
    await fireEvent.click(screen.getByLabelText(/In a file on this computer/));
    await fireEvent.click(byTest('submit'));
    await until(() => fake.calls('sign_in').length === 2);
    expect(fake.calls('sign_in')[1]).toMatchObject({ secret: 'file' });
  });

  it('a new account needs its password twice', async () => {
    form('create_account');
    await fireEvent.input(screen.getByLabelText('Address'), { target: { value: 'alice@harbour.example' } });
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'one' } });
    await fireEvent.input(screen.getByLabelText('Password, once more'), { target: { value: 'two' } });
    await fireEvent.click(byTest('submit'));
    expect(screen.getByText('The two passwords differ.')).toBeTruthy();
    expect(fake.calls('create_account')).toEqual([]);
  });
});

describe('writing', () => {
  async function open(): Promise<HTMLTextAreaElement> {
    where.chat = bob;
    await conversations.show(bob);
    render(ChatPane);
    return byTest('composer') as HTMLTextAreaElement;
  }

  it('Enter sends, Shift and Enter do not', async () => {
    const field = await open();
    await fireEvent.input(field, { target: { value: ' Hello ' } });
    await fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    expect(fake.calls('send_message')).toEqual([]);
    await fireEvent.keyDown(field, { key: 'Enter' });
    await until(() => fake.calls('send_message').length === 1);
    expect(fake.calls('send_message')[0]).toMatchObject({ chat: bob, body: 'Hello' });
    expect(field.value).toBe('');
  });

  it('a letter typed among the messages is written, a space or a shortcut there is not', async () => {
    const field = await open();
    const messages = byTest('messages');
    messages.focus();
    await fireEvent.keyDown(messages, { key: ' ' });
    await fireEvent.keyDown(messages, { key: 'c', ctrlKey: true });
    expect(document.activeElement).toBe(messages);
    await fireEvent.keyDown(messages, { key: 'h' });
    expect(document.activeElement).toBe(field);
  });

  it('an input method’s Enter sends nothing', async () => {
    const field = await open();
    await fireEvent.input(field, { target: { value: 'こ' } });
    await fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    expect(fake.calls('send_message')).toEqual([]);
  });

  it('words that were refused come back, and a second try has the same id', async () => {
    const field = await open();
    fake.refusing.set('send_message', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.input(field, { target: { value: 'Hello' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => screen.getByText(/background part is being restarted/));
    expect(field.value).toBe('Hello');
    fake.refusing.clear();
    await fireEvent.keyDown(field, { key: 'Enter' });
    await until(() => fake.calls('send_message').length === 2);
    const [first, second] = fake.calls('send_message');
    expect(second!.id).toBe(first!.id);
  });

  it('a draft is there again when the chat was left for the settings and is shown again', async () => {
    const field = await open();
    await fireEvent.input(field, { target: { value: 'half a sent' } });
    cleanup();
    render(ChatPane);
    expect((byTest('composer') as HTMLTextAreaElement).value).toBe('half a sent');
  });

  it('a draft that was sent does not come back when the chat is shown again', async () => {
    await ask('save_draft', { chat: bob, text: 'from yesterday' });
    const field = await open();
    expect(field.value).toBe('from yesterday');
    await fireEvent.keyDown(field, { key: 'Enter' });
    await until(() => fake.calls('send_message').length === 1);
    cleanup();
    render(ChatPane);
    expect((byTest('composer') as HTMLTextAreaElement).value).toBe('');
  });

  it('a draft that the resident did not get is there again when one comes back from another chat', async () => {
    const field = await open();
    fake.refusing.set('save_draft', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.input(field, { target: { value: 'half a sent' } });
    await conversations.show(hiro);
    await conversations.show(bob);
    await waitFor(() => expect((byTest('composer') as HTMLTextAreaElement).value).toBe('half a sent'));
  });

  it('words that are refused after the chat was left stand there when it is shown again', async () => {
    const field = await open();
    fake.refusing.set('send_message', { code: { kind: 'link_lost' }, detail: '' });
    await fireEvent.input(field, { target: { value: 'Hello' } });
    void fireEvent.keyDown(field, { key: 'Enter' });
    cleanup();
    render(ChatPane);
    await waitFor(() => expect((byTest('composer') as HTMLTextAreaElement).value).toBe('Hello'));
  });

  it('says that a message will wait for somebody who is offline', async () => {
    await open();
    expect(byTest('composer-note').textContent).toBe('');
    fake.overview.contacts[0]!.presence = { availability: 'offline', status: '' };
    hear({ kind: 'contacts', contacts: [bob] });
    await until(() => contacts.get(bob)?.presence.availability === 'offline');
    await waitFor(() => expect(byTest('composer-note').textContent).toBe('Bob Nowak is offline: your message will wait for them.'));
  });
});

describe('requests', () => {
  it('are accepted, declined and joined by a click', async () => {
    render(RequestsPane);
    await fireEvent.click(byTest('request-contact').querySelector('[data-test="accept"]')!);
    await fireEvent.click(byTest('request-stranger').querySelector('[data-test="delete"]')!);
    await fireEvent.click(byTest('request-invite').querySelector('[data-test="join"]')!);
    await until(() => where.chat?.jid === 'garden@rooms.harbour.example');
    expect(fake.calls('accept_request')).toEqual([{ contact: { account: 1, jid: 'jonas@fjord.example' } }]);
    expect(fake.calls('delete_stranger')).toHaveLength(1);
    await waitFor(() => screen.getByText('Nothing waits for you'));
  });

  it('an answer from the keyboard leaves the focus on the next card, and answers nothing there', async () => {
    render(RequestsPane);
    const accept = byTest('request-contact').querySelector<HTMLElement>('[data-test="accept"]')!;
    accept.focus();
    await fireEvent.click(accept);
    await waitFor(() => expect(document.activeElement).toBe(byTest('request-invite')));
  });

  it('blocking asks first', async () => {
    render(RequestsPane);
    render(Dialogs);
    await fireEvent.click(byTest('request-contact').querySelector('[data-test="block"]')!);
    expect(fake.calls('block')).toEqual([]);
    await waitFor(() => byTest('confirm').click());
    await until(() => fake.calls('block').length === 1);
  });
});

describe('the Activity list', () => {
  it('leads to the rule that decided, and to the chat', async () => {
    render(ActivityPane);
    const muted = await waitFor(() => screen.getByText('Message from Carla Méndez').closest<HTMLElement>('[data-test="activity-entry"]')!);
    await fireEvent.click(muted.querySelector('[data-test="change-rule"]')!);
    expect([where.section, where.sheet, where.tab]).toEqual(['settings', 'alerts', 'quiet']);
    await fireEvent.click(muted.querySelector('[data-test="reply"]')!);
    expect(where.chat).toEqual(bob);
  });

  it('keeps requests in sight until they are answered', async () => {
    render(ActivityPane);
    await until(() => !!byTest('waiting'));
    await fireEvent.click(byTest('waiting').querySelector('[data-test="request-contact"] [data-test="accept"]')!);
    await waitFor(() => expect(byTest('waiting').querySelector('[data-test="request-contact"]')).toBeNull());
  });

  it('tells what happened, its outcome, and why', async () => {
    render(ActivityPane);
    await waitFor(() => screen.getByText('Message from Carla Méndez'));
    expect(screen.getAllByText('counted silently').length).toBeGreaterThan(0);
    expect(screen.getAllByText('taken away: alerts were muted').length).toBeGreaterThan(0);
  });
});

describe('dialogs', () => {
  it('an xmpp address does nothing until agreed to', async () => {
    render(Dialogs);
    hear({ kind: 'show', place: { kind: 'uri', uri: 'xmpp:garden@rooms.harbour.example?join' }, token: null });
    await waitFor(() => screen.getByText('Join this room?'));
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('uri-agree'));
    await until(() => where.chat?.jid === 'garden@rooms.harbour.example');
    expect(fake.calls('enter_room')).toHaveLength(1);
  });

  it.each(['command;node=reboot', 'unregister', 'remove'])('an xmpp address that asks for %s of a stranger cannot be agreed to', async (query) => {
    render(Dialogs);
    where.dialog = { kind: 'uri', uri: `xmpp:mallory@evil.example?${query}` };
    await until(() => !!byTest('dialog'));
    expect(document.querySelector('[data-test="uri-agree"]')).toBeNull();
    expect(fake.asked).toEqual([]);
  });

  it('a contact’s devices, clock and card are asked for when somebody looks, and shown as text', async () => {
    render(Dialogs);
    const contact = fake.overview.contacts.find(({ presence }) => presence.availability !== 'offline')!;
    where.dialog = { kind: 'details', contact };
    await waitFor(() => screen.getByText('Gajim 1.9'));
    await waitFor(() => screen.getByText('<b>Sings bass</b>'));
    expect(byTest('local-time').textContent).toMatch(/there it is/);
    expect(fake.calls('ask_person').map(({ question }) => question).sort()).toEqual(['abilities', 'card', 'clock', 'old_card', 'program']);
    expect(byTest('abilities').textContent).toMatch(/understands delivery receipts, corrections, replies, encryption/);
  });

  it('since when somebody is gone their server knows better than this computer', async () => {
    now.at = noon;
    render(Dialogs);
    const contact = fake.overview.contacts.find(({ presence }) => presence.availability === 'offline')!;
    where.dialog = { kind: 'details', contact };
    // This computer saw them three hours ago, their server two.
    await waitFor(() => expect(byTest('last-seen')?.title).toBe(moment(noon - 7_200_000)));
    expect(byTest('last-seen').textContent).toContain(brief(noon - 7_200_000, noon));
  });

  it('closing without a tray is explained once, with a way to quit', async () => {
    render(Dialogs);
    where.dialog = { kind: 'closing' };
    await waitFor(() => byTest('quit').click());
    await until(() => fake.calls('close_window').length === 1);
    expect(fake.calls('quit')).toHaveLength(1);
    expect(fake.overview.settings.general.told_about_running).toBe(true);
  });

  it('somebody who is a contact already is not asked again', async () => {
    render(Dialogs);
    where.dialog = { kind: 'add-contact', jid: 'Bob@harbour.example', name: '', account: null };
    await waitFor(() => screen.getByText('This is one of your contacts already.'));
    take(structuredClone(fake.overview));
    await fireEvent.click(byTest('submit'));
    expect(fake.calls('add_contact')).toEqual([]);
  });
});

describe('refusals', () => {
  it('whatever is thrown becomes one', () => {
    expect(asRefused('boom').code).toEqual({ kind: 'internal' });
    expect(asRefused(null).code).toEqual({ kind: 'internal' });
    expect(asRefused({ code: { kind: 'gone' }, detail: 'x' })).toMatchObject({ code: { kind: 'gone' }, message: 'x' });
  });
});
