import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type Fake } from '../src/dev/fake';
import MoveDialog from '../src/dialogs/MoveDialog.svelte';
import ContactRow from '../src/list/ContactRow.svelte';
import RequestCards from '../src/parts/RequestCards.svelte';
import AccountCard from '../src/settings/AccountCard.svelte';
import RosterCard from '../src/settings/RosterCard.svelte';
import { accounts } from '../src/state/accounts.svelte';
import { contacts } from '../src/state/contacts.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { work } from '../src/state/work.svelte';
import { bob, noon, stage, until } from './stage';

let fake: Fake;
const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test=${name}]`);
const taken = () => take(structuredClone(fake.overview));

beforeEach(async () => {
  fake = await stage();
  work.view = null;
});

/** Somebody asks to be a contact and says that they were Bob. */
function asks(proven: boolean): void {
  fake.overview.requests.contacts = [{ account: 1, jid: 'bob@lighthouse.example', nick: 'Bobby', text: '', at: noon, moved: { from: bob.jid, proven } }];
  taken();
}

describe('a contact who has moved', () => {
  it('is taken over by a click, with their alerts where that is wanted', async () => {
    asks(true);
    render(RequestCards);
    expect(screen.getByText('Bob Nowak has moved to bob@lighthouse.example')).toBeTruthy();
    expect(byTest('proven')!.textContent).toContain(bob.jid);
    expect(byTest('request-contact')!.querySelector('[data-test=accept]')).toBeNull();
    expect(fake.calls('take_over')).toEqual([]);
    await fireEvent.click(byTest('carry-alerts')!);
    await fireEvent.click(byTest('take-over')!);
    const contact = { account: 1, jid: 'bob@lighthouse.example' };
    expect(fake.calls('take_over')).toEqual([{ contact, alerts: false }]);
    await until(() => byTest('request-contact') === null);
  });

  it('and is no other one is an ordinary request with a warning', async () => {
    asks(false);
    render(RequestCards);
    expect(screen.getByText('Bobby asks to be your contact')).toBeTruthy();
    expect(byTest('unproven')!.textContent).toContain('Bob Nowak');
    expect(byTest('take-over')).toBeNull();
    await fireEvent.click(byTest('request-contact')!.querySelector('[data-test=accept]')!);
    expect(fake.calls('accept_request')).toEqual([{ contact: { account: 1, jid: 'bob@lighthouse.example' } }]);
  });

  it('is marked in the list', () => {
    const contact = { ...contacts.get(bob)!, moved_to: 'bob@lighthouse.example' };
    render(ContactRow, { contact, index: 0, tabindex: 0, onfocus: () => undefined });
    expect(byTest('moved-to')!.textContent).toBe('Moved to bob@lighthouse.example');
  });
});

describe('my move to another account', () => {
  it('asks for the other account first', async () => {
    render(MoveDialog, { account: 1 });
    expect(byTest('begin-move')).toBeNull();
    await fireEvent.click(byTest('move-add-account')!);
    expect([where.section, where.sheet, where.adding]).toEqual(['settings', 'accounts', 'sign_in']);
    where.adding = null;
  });

  it('begins with what was chosen, and tells how far it is', async () => {
    fake.moves.another();
    taken();
    render(MoveDialog, { account: 1 });
    await fireEvent.click(byTest('switch-move-profile')!);
    await fireEvent.click(byTest('begin-move')!);
    expect(fake.calls('begin_move')).toEqual([{ from: 1, to: 2, wish: { rooms: true, profile: false, alerts: true } }]);
    await waitFor(() => expect(byTest('move')!.dataset.state).toBe('running'));
    await fireEvent.click(byTest('stop-move')!);
    await waitFor(() => expect(byTest('move')!.dataset.state).toBe('stopped'));
    await fireEvent.click(byTest('go-on-move')!);
    expect(fake.calls('go_on_with_move')).toEqual([{ account: 1 }]);
  });

  it('tells why it was refused, also beside a move that is there', async () => {
    fake.moves.another();
    taken();
    fake.refusing.set('begin_move', refusal('not_connected'));
    render(MoveDialog, { account: 1 });
    await fireEvent.click(byTest('begin-move')!);
    await waitFor(() => expect(byTest('error')!.dataset.code).toBe('not_connected'));
    fake.moves.sample(false);
    taken();
    await waitFor(() => expect(byTest('move')).not.toBeNull());
    expect(byTest('error')!.dataset.code).toBe('not_connected');
  });

  it('waits until both accounts are connected', () => {
    fake.moves.another();
    fake.overview.accounts[1]!.connection = { kind: 'connecting' };
    taken();
    render(MoveDialog, { account: 1 });
    expect(byTest('begin-move')).toHaveProperty('disabled', true);
    expect(screen.getByText('Both accounts have to be connected.')).toBeTruthy();
  });

  it('says what could not be brought along, tries that again, and can be taken back', async () => {
    fake.moves.another();
    fake.moves.sample(true);
    taken();
    render(AccountCard, { account: accounts.get(1)! });
    expect(byTest('move')!.textContent).toContain('Moved to alice@lighthouse.example');
    expect(byTest('move-troubles')!.textContent).toBe('choir@rooms.harbour.example: not-allowed');
    expect(byTest('move-account')).toBeNull();
    await fireEvent.click(byTest('go-on-move')!);
    expect(fake.calls('go_on_with_move')).toEqual([{ account: 1 }]);
    await fireEvent.click(byTest('take-back-move')!);
    expect(fake.calls('take_back_move')).toEqual([{ account: 1 }]);
  });
});

describe('contacts in a file', () => {
  it('come in only by the user’s word, from the account that was chosen', async () => {
    fake.moves.another();
    taken();
    render(RosterCard);
    expect(byTest('roster-begin')).toBeNull();
    await fireEvent.click(byTest('roster-choose')!);
    await until(() => byTest('roster-begin') !== null);
    expect(byTest('roster-begin')!.textContent).toBe('Take in 24 contacts');
    expect(fake.calls('import_roster')).toEqual([]);
    await fireEvent.change(byTest('roster-whose')!, { target: { value: 'alice@old.example' } });
    await fireEvent.change(byTest('roster-into')!, { target: { value: '2' } });
    await fireEvent.click(byTest('roster-begin')!);
    const path = '/home/alice/carillon-contacts.jsonl';
    expect(fake.calls('import_roster')).toEqual([{ account: 2, path, whose: 'alice@old.example', ask: false }]);
  });

  it('tell how far they are, and what was left out', async () => {
    fake.searches.work = { kind: 'contacts', path: '/c.jsonl', done: 24, total: 24, new: 20, chats: 0, skipped: [{ cause: 'refused', rows: 1 }], state: { kind: 'finished' } };
    await work.read();
    render(RosterCard);
    expect(byTest('work')!.textContent).toContain('20 contacts were taken in or changed.');
    expect(byTest('work')!.textContent).toContain('3 were here already.');
    expect(byTest('skipped')!.textContent).toBe('1 left out: the server did not take them.');
  });
});
