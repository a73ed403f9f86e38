import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import { useCarrier, type AllCommands, type Answer, type Ask } from '../src/lib/link';
import AccountForm from '../src/parts/AccountForm.svelte';
import Welcome from '../src/screens/Welcome.svelte';
import AccountsSheet from '../src/settings/AccountsSheet.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;
const there = (name: string) => waitFor(() => expect(byTest(name), name).not.toBeNull());

describe('invitations', () => {
  it('an invitation shows my address, to be read by people and by cameras', async () => {
    render(Dialogs);
    const { id, jid } = fake.overview.accounts[0]!;
    where.dialog = { kind: 'invitation', account: id };
    await there('invitation-link');
    expect((byTest('invitation-link') as unknown as HTMLInputElement).value).toBe(`xmpp:${jid}?roster;preauth=t0ken0`);
    expect(byTest('invitation-qr').querySelector('path')!.getAttribute('d')).toMatch(/^M/);
    expect(byTest('invitation-terms').textContent).toMatch(/This computer answers/);
  });

  it('what my server makes is a page, good also for an account there, and one for an account alone', async () => {
    render(Dialogs);
    fake.self.serverInvites = true;
    const link = () => (byTest('invitation-link') as unknown as HTMLInputElement).value;
    where.dialog = { kind: 'invitation', account: fake.overview.accounts[0]!.id };
    await there('invitation-link');
    expect(link()).toBe('https://harbour.example/invite/t0ken0');
    expect(byTest('invitation-terms').textContent).toMatch(/Whoever has no account yet can make one on harbour\.example/);
    await fireEvent.click(byTest('invitation-account'));
    await waitFor(() => expect(link()).toBe('https://harbour.example/invite/t0ken1'));
    expect(fake.calls('invite_friend').map(({ kind }) => kind)).toEqual(['contact', 'account']);
  });

  it('an invitation is taken by asking to be a contact, with what it gave', async () => {
    render(Dialogs);
    where.dialog = { kind: 'uri', uri: 'xmpp:juliet@capulet.example?roster;preauth=t0ken;name=Juliet' };
    await there('uri-name');
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('uri-agree'));
    await there('invited');
    await fireEvent.click(byTest('submit'));
    await until(() => fake.calls('add_contact').length === 1);
    expect(fake.calls('add_contact')[0]).toMatchObject({ jid: 'juliet@capulet.example', name: 'Juliet', token: 't0ken' });
  });

  it('a link that is pasted where an address is asked for is read, and its token goes to nobody else', async () => {
    render(Dialogs);
    where.dialog = { kind: 'add-contact', jid: '', name: '', account: null };
    await there('contact-form');
    const address = document.querySelector<HTMLInputElement>('input[name=jid]')!;
    await fireEvent.input(address, { target: { value: 'xmpp:juliet@capulet.example?roster;preauth=t0ken' } });
    expect(address.value).toBe('juliet@capulet.example');
    expect(byTest('invited')).not.toBeNull();
    await fireEvent.input(address, { target: { value: 'mallory@evil.example' } });
    expect(document.querySelector('[data-test="invited"]')).toBeNull();
    await fireEvent.click(byTest('submit'));
    await until(() => fake.calls('add_contact').length === 1);
    expect(fake.calls('add_contact')[0]).toMatchObject({ jid: 'mallory@evil.example', token: '' });
  });

  it('who is a contact already is shown, not asked again', async () => {
    render(Dialogs);
    where.dialog = { kind: 'uri', uri: 'xmpp:bob@harbour.example?roster;preauth=t0ken;ibr=y' };
    await waitFor(() => screen.getByText('They are your contact already.'));
    expect(document.querySelector('[data-test="uri-register"]')).toBeNull();
    await fireEvent.click(byTest('uri-agree'));
    await until(() => where.chat?.jid === 'bob@harbour.example');
    expect(fake.calls('add_contact')).toEqual([]);
  });

  it('an invitation to make an account is asked about, and leads to the form with its address and token', async () => {
    render(Dialogs);
    render(AccountsSheet);
    where.dialog = { kind: 'uri', uri: 'xmpp:juliet@capulet.example?register;preauth=t0ken' };
    await there('uri-agree');
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('uri-agree'));
    await there('account-form');
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="account-form"] input[name=${name}]`)!;
    expect([field('jid').value, field('jid').readOnly]).toEqual(['juliet@capulet.example', true]);
    await fireEvent.input(field('password'), { target: { value: 'secret' } });
    await fireEvent.input(field('repeat'), { target: { value: 'secret' } });
    await fireEvent.submit(byTest('account-form'));
    await until(() => fake.calls('create_account').length === 1);
    expect(fake.calls('create_account')[0]).toMatchObject({ jid: 'juliet@capulet.example', token: 't0ken' });
  });

  it.each([
    ['juliet@CAPULET.example', 't0ken'],
    ['juliet@evil.example', null],
    ['juliet@capulet.example.evil.example', null],
  ])('an invitation to a server gives its token for %s: %j', async (jid, token) => {
    render(AccountForm, { mode: 'create_account', joining: { jid: 'capulet.example', token: 't0ken' }, ondone: () => undefined, oncancel: () => undefined });
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="account-form"] input[name=${name}]`)!;
    expect(field('jid').value).toBe('@capulet.example');
    for (const [name, value] of [['jid', jid], ['password', 'secret'], ['repeat', 'secret']] as const) await fireEvent.input(field(name), { target: { value } });
    await fireEvent.submit(byTest('account-form'));
    await until(() => fake.calls('create_account').length === 1);
    expect(fake.calls('create_account')[0]).toMatchObject({ jid, token });
  });

  it('what a link asked for comes again once there is an account, also after going back and signing in', async () => {
    const { accounts } = fake.overview;
    fake.overview.accounts = [];
    take(structuredClone(fake.overview));
    render(Dialogs);
    render(Welcome);
    const uri = 'xmpp:garden@rooms.harbour.example?join';
    where.dialog = { kind: 'uri', uri };
    await there('uri-register');
    await fireEvent.click(byTest('uri-register'));
    await there('account-form');
    await fireEvent.click(screen.getByText('Back'));
    await there('choose-sign-in');
    await fireEvent.click(byTest('choose-sign-in'));
    await there('account-form');
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="account-form"] input[name=${name}]`)!;
    await fireEvent.input(field('jid'), { target: { value: 'alice@harbour.example' } });
    await fireEvent.input(field('password'), { target: { value: 'secret' } });
    fake.overview.accounts = accounts;
    await fireEvent.submit(byTest('account-form'));
    await until(() => where.dialog !== null);
    expect(where.dialog).toEqual({ kind: 'uri', uri });
    expect(fake.calls('sign_in')).toHaveLength(1);
  });

  it('the form stands as it is until the new account is read', async () => {
    fake.overview.accounts = [];
    take(structuredClone(fake.overview));
    where.joining = { jid: 'juliet@capulet.example', token: 't0ken' };
    render(Welcome);
    await there('account-form');
    const form = byTest('account-form');
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="account-form"] input[name=${name}]`)!;
    await fireEvent.input(field('password'), { target: { value: 'secret' } });
    await fireEvent.input(field('repeat'), { target: { value: 'secret' } });
    const held: (() => void)[] = [];
    useCarrier({
      async ask<N extends keyof AllCommands>(name: N, ask: Ask<N>): Promise<Answer<N>> {
        if (name === 'overview') await new Promise<void>((go) => held.push(go));
        return fake.ask(name, ask);
      },
      listen: (name, heard) => fake.listen(name, heard),
    });
    await fireEvent.submit(form);
    await until(() => held.length === 1);
    await tick();
    expect(byTest('account-form'), 'the same form, not a new one').toBe(form);
    held[0]!();
    await until(() => where.joining === null);
  });
});

describe('my profile', () => {
  it('is shown as it is there, and saved with what was changed', async () => {
    render(Dialogs);
    where.dialog = { kind: 'profile', account: 1 };
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="profile-form"] [name=${name}]`)!;
    await waitFor(() => expect(field('name')?.value).toBe('Alice Liddell'));
    expect([field('email').value, field('phone').value]).toEqual(['alice@mail.example', '']);
    await fireEvent.input(field('name'), { target: { value: ' ' } });
    await fireEvent.input(field('birthday'), { target: { value: '1852-05-04' } });
    await fireEvent.input(field('note'), { target: { value: 'Curiouser' } });
    await fireEvent.submit(byTest('profile-form'));
    await until(() => fake.calls('set_card').length === 1);
    expect(fake.calls('set_card')[0]!.fields).toEqual([
      { kind: 'email', text: 'alice@mail.example' },
      { kind: 'birthday', text: '1852-05-04' },
      { kind: 'note', text: 'Curiouser' },
      { kind: 'email', text: 'alice@work.example' },
    ]);
    expect(where.dialog).toBeNull();
  });

  it('says what was not changed exactly as it was read, and leaves the next of a kind alone when the first is taken out', async () => {
    render(Dialogs);
    fake.self.card.push({ kind: 'title', text: 'Explorer' }, { kind: 'birthday', text: 'one day in May' }, { kind: 'note', text: ' Curious \n' });
    where.dialog = { kind: 'profile', account: 1 };
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="profile-form"] [name=${name}]`)!;
    await waitFor(() => expect(field('name')?.value).toBe('Alice Liddell'));
    await fireEvent.input(field('email'), { target: { value: '' } });
    await fireEvent.submit(byTest('profile-form'));
    await until(() => fake.calls('set_card').length === 1);
    expect(fake.calls('set_card')[0]!.fields).toEqual([
      { kind: 'name', text: 'Alice Liddell' },
      { kind: 'birthday', text: 'one day in May' },
      { kind: 'note', text: ' Curious \n' },
      { kind: 'title', text: 'Explorer' },
    ]);
  });

  it('is not saved with a date that is typed half: the one that was there would go', async () => {
    render(Dialogs);
    fake.self.card.push({ kind: 'birthday', text: '1852-05-04' });
    where.dialog = { kind: 'profile', account: 1 };
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="profile-form"] [name=${name}]`)!;
    await waitFor(() => expect(field('birthday')?.value).toBe('1852-05-04'));
    expect(byTest('profile-form').hasAttribute('novalidate')).toBe(true);
    // What a browser says of such a field: no value, and bad input.
    await fireEvent.input(field('birthday'), { target: { value: '' } });
    Object.defineProperty(field('birthday'), 'validity', { configurable: true, value: { badInput: true } });
    await fireEvent.submit(byTest('profile-form'));
    await there('birthday-bad');
    expect(fake.calls('set_card')).toEqual([]);
    Object.defineProperty(field('birthday'), 'validity', { configurable: true, value: { badInput: false } });
    await fireEvent.submit(byTest('profile-form'));
    await until(() => fake.calls('set_card').length === 1);
    expect(fake.calls('set_card')[0]!.fields.map(({ kind }) => kind)).not.toContain('birthday');
  });

  it('cannot be saved while it could not be read: what is there would go', async () => {
    render(Dialogs);
    fake.refusing.set('own_card', { code: { kind: 'not_connected' }, detail: '' });
    where.dialog = { kind: 'profile', account: 1 };
    await there('error');
    expect(fake.calls('own_card')).toHaveLength(1);
    await fireEvent.submit(byTest('profile-form'));
    expect(fake.calls('set_card')).toEqual([]);
  });
});
