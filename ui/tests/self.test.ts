import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import Dialogs from '../src/dialogs/Dialogs.svelte';
import AccountsSheet from '../src/settings/AccountsSheet.svelte';
import { where } from '../src/state/place.svelte';
import { stage, until } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
});

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;

describe('invitations', () => {
  it('an invitation shows my address, to be read by people and by cameras', async () => {
    render(Dialogs);
    const { id, jid } = fake.overview.accounts[0]!;
    where.dialog = { kind: 'invitation', account: id };
    await waitFor(() => byTest('invitation-link'));
    expect((byTest('invitation-link') as unknown as HTMLInputElement).value).toBe(`xmpp:${jid}?roster;preauth=t0ken0`);
    expect(byTest('invitation-qr').querySelector('path')!.getAttribute('d')).toMatch(/^M/);
    expect(byTest('invitation-terms').textContent).toMatch(/This computer answers/);
  });

  it('what my server makes is a page, good also for an account there, and one for an account alone', async () => {
    render(Dialogs);
    fake.self.serverInvites = true;
    const link = () => (byTest('invitation-link') as unknown as HTMLInputElement).value;
    where.dialog = { kind: 'invitation', account: fake.overview.accounts[0]!.id };
    await waitFor(() => byTest('invitation-link'));
    expect(link()).toBe('https://harbour.example/invite/t0ken0');
    expect(byTest('invitation-terms').textContent).toMatch(/Whoever has no account yet can make one on harbour\.example/);
    await fireEvent.click(byTest('invitation-account'));
    await waitFor(() => expect(link()).toBe('https://harbour.example/invite/t0ken1'));
    expect(fake.calls('invite_friend').map(({ kind }) => kind)).toEqual(['contact', 'account']);
  });

  it('an invitation is taken by asking to be a contact, with what it gave', async () => {
    render(Dialogs);
    where.dialog = { kind: 'uri', uri: 'xmpp:juliet@capulet.example?roster;preauth=t0ken;name=Juliet' };
    await waitFor(() => byTest('uri-name'));
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('uri-agree'));
    await waitFor(() => byTest('invited'));
    await fireEvent.click(byTest('submit'));
    await until(() => fake.calls('add_contact').length === 1);
    expect(fake.calls('add_contact')[0]).toMatchObject({ jid: 'juliet@capulet.example', name: 'Juliet', token: 't0ken' });
  });

  it('a link that is pasted where an address is asked for is read, and its token goes to nobody else', async () => {
    render(Dialogs);
    where.dialog = { kind: 'add-contact', jid: '', name: '', account: null };
    await waitFor(() => byTest('contact-form'));
    const address = document.querySelector<HTMLInputElement>('input[name=jid]')!;
    await fireEvent.input(address, { target: { value: 'xmpp:juliet@capulet.example?roster;preauth=t0ken' } });
    expect(address.value).toBe('juliet@capulet.example');
    byTest('invited');
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
    await waitFor(() => byTest('uri-agree'));
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('uri-agree'));
    await waitFor(() => byTest('account-form'));
    const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-test="account-form"] input[name=${name}]`)!;
    expect([field('jid').value, field('jid').readOnly]).toEqual(['juliet@capulet.example', true]);
    await fireEvent.input(field('password'), { target: { value: 'secret' } });
    await fireEvent.input(field('repeat'), { target: { value: 'secret' } });
    await fireEvent.submit(byTest('account-form'));
    await until(() => fake.calls('create_account').length === 1);
    expect(fake.calls('create_account')[0]).toMatchObject({ jid: 'juliet@capulet.example', token: 't0ken' });
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
    ]);
    expect(where.dialog).toBeNull();
  });

  it('cannot be saved while it could not be read: what is there would go', async () => {
    render(Dialogs);
    fake.refusing.set('own_card', { code: { kind: 'not_connected' }, detail: '' });
    where.dialog = { kind: 'profile', account: 1 };
    await waitFor(() => byTest('save-profile'));
    await until(() => fake.calls('own_card').length === 1);
    await fireEvent.submit(byTest('profile-form'));
    expect(fake.calls('set_card')).toEqual([]);
  });
});
