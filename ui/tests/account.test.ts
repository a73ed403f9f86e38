import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import type { AccountView } from '../src/lib/contract';
import AccountForm from '../src/parts/AccountForm.svelte';
import Bars from '../src/parts/Bars.svelte';
import AccountCard from '../src/settings/AccountCard.svelte';
import AccountsSheet from '../src/settings/AccountsSheet.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { stage, until } from './stage';

let fake: Fake;
const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test=${name}]`);

beforeEach(async () => {
  fake = await stage();
});

/** The sample account, changed. */
function account(more: Partial<AccountView> = {}): AccountView {
  const changed = { ...fake.overview.accounts[0]!, ...more };
  fake.overview.accounts = [changed];
  take(structuredClone(fake.overview));
  return changed;
}

describe('how an account is connected', () => {
  it('is told in words, with what was tried before', () => {
    const { connected } = account();
    const failed = [{ way: 'xmpps://xmpp.harbour.example:5223', problem: { kind: 'unreachable' as const, detail: '' } }];
    render(AccountCard, { account: account({ connected: { ...connected!, transport: 'start_tls', host: '2001:db8::1', port: 5222, failed } }) });
    expect(byTest('connected-transport')!.textContent).toContain('StartTLS');
    expect(byTest('connected-server')!.textContent).toBe('[2001:db8::1]:5222');
    expect(byTest('connected-tls')!.textContent).toBe('TLS 1.3');
    expect(byTest('connected-mechanism')!.textContent).toBe('SCRAM-SHA-256-PLUS');
    expect(byTest('connected-binding')!.textContent).toContain('tls-exporter');
    expect(byTest('connected-failed')!.textContent).toMatch(/xmpps:.*cannot be reached/);
  });

  it('is not told where there is no connection', () => {
    render(AccountCard, { account: account({ connected: null, connection: { kind: 'connecting' } }) });
    expect(byTest('connection-panel')).toBeNull();
  });
});

describe('a server that offers only weaker ways than before', () => {
  const problem = { kind: 'downgraded' as const, before: 'SCRAM-SHA-512-PLUS', offered: 'SCRAM-SHA-1 PLAIN' };
  const stopped = () => account({ connected: null, connection: { kind: 'stopped', problem } });

  it('is a question that shows both, and “not now” leaves everything as it is', async () => {
    render(AccountCard, { account: stopped() });
    expect(byTest('weaker-before')!.textContent).toBe('SCRAM-SHA-512-PLUS');
    expect(byTest('weaker-offered')!.textContent).toBe('SCRAM-SHA-1 PLAIN');
    expect(byTest('weaker-not-now')!.classList).toContain('primary');
    await fireEvent.click(byTest('weaker-not-now')!);
    expect(byTest('weaker-accept')).toBeNull();
    expect(fake.asked).toEqual([]);
    await fireEvent.click(byTest('weaker-decide')!);
    expect(byTest('weaker-accept')).not.toBeNull();
  });

  it('is signed in at by a clear yes only', async () => {
    render(AccountCard, { account: stopped() });
    await fireEvent.click(byTest('weaker-accept')!);
    expect(fake.calls('accept_weaker')).toEqual([{ account: 1 }]);
  });
});

describe('the way to a server', () => {
  it('goes along with a sign-in', async () => {
    render(AccountForm, { mode: 'sign_in', ondone: () => undefined, oncancel: () => undefined });
    await fireEvent.input(screen.getByLabelText('Address'), { target: { value: 'alice@harbour.example' } });
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } });
    await fireEvent.change(byTest('proxy')!, { target: { value: 'own' } });
    await fireEvent.input(byTest('proxy-url')!, { target: { value: ' socks5://127.0.0.1:9050 ' } });
    await fireEvent.click(byTest('allow-plain')!);
    await fireEvent.click(byTest('submit')!);
    await until(() => fake.calls('sign_in').length === 1);
    expect(fake.calls('sign_in')[0]).toMatchObject({ proxy: 'socks5://127.0.0.1:9050', allow_plain: true });
  });

  it('stays as it was shown when something else is changed', async () => {
    render(AccountCard, { account: account({ proxy: 'http://me:••••••@proxy:3128', allow_plain: true }) });
    await fireEvent.click(byTest('change-account')!);
    expect((byTest('proxy-url') as HTMLInputElement).value).toBe('http://me:••••••@proxy:3128');
    await fireEvent.click(byTest('save-account')!);
    await until(() => fake.calls('change_account').length === 1);
    expect(fake.calls('change_account')[0]).toMatchObject({ proxy: 'http://me:••••••@proxy:3128', allow_plain: true });
  });
});

describe('a long catch-up', () => {
  it('has a bar that tells how far it is, stops it and goes on', async () => {
    account({ catching_up: { taken: 300, total: 1_200, stopped: false, slow: false } });
    render(Bars);
    expect(byTest('catching-up')!.textContent).toContain('300 of 1,200');
    await fireEvent.click(byTest('stop-or-go-on')!);
    expect(fake.calls('stop_catching_up')).toEqual([{ account: 1 }]);
    await waitFor(() => expect(byTest('catching-up')!.textContent).toContain('waits on the server'));
    await fireEvent.click(byTest('stop-or-go-on')!);
    expect(fake.calls('go_on_catching_up')).toEqual([{ account: 1 }]);
  });

  it('that is over in a moment has none', () => {
    account({ catching_up: { taken: 100, total: null, stopped: false, slow: false } });
    render(Bars);
    expect(byTest('catching-up')).toBeNull();
  });

  it('says that the server is slow to give what was missed, however little there is', () => {
    account({ catching_up: { taken: 0, total: null, stopped: false, slow: true } });
    render(Bars);
    expect(byTest('catching-up')!.textContent).toContain('slow to give what you missed');
  });
});

it('a form for another account is not open when one comes back later', async () => {
  account();
  const { unmount } = render(AccountsSheet);
  await fireEvent.click(byTest('add-account')!);
  expect(byTest('submit')).not.toBeNull();
  unmount();
  expect(where.adding).toBeNull();
});
