import { cleanup, render } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import ChatPane from '../src/screens/ChatPane.svelte';
import ListPane from '../src/screens/ListPane.svelte';
import RequestsPane from '../src/screens/RequestsPane.svelte';
import { signsOf } from '../src/state/accounts.svelte';
import { conversations } from '../src/state/conversation.svelte';
import { where } from '../src/state/place.svelte';
import { take } from '../src/state/readings';
import { bob, stage } from './stage';

const work = 'alice@work.example';
let fake: Fake;

const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-test="${name}"]`)];

/** Bob is a contact of both of my accounts, and somebody asks the second. */
function haveTwo(): void {
  const { overview } = fake;
  const [first] = overview.accounts;
  overview.accounts = [first!, { ...first!, id: 2, jid: work }];
  const known = overview.contacts.find(({ jid }) => jid === bob.jid)!;
  overview.contacts = [...overview.contacts, { ...known, account: 2 }];
  overview.requests.contacts = overview.requests.contacts.map((one) => ({ ...one, account: 2 }));
  take(structuredClone(overview));
}

beforeEach(async () => {
  cleanup();
  fake = await stage();
});

describe('an account is called', () => {
  const called = (...jids: string[]) => [...signsOf(jids.map((jid, id) => ({ id, jid }))).values()].map(({ short }) => short);

  it('nothing while it is the only one', () => {
    expect(called('alice@harbour.example')).toEqual([]);
  });

  it('by its name, else by its server, else by both', () => {
    expect(called('alice@harbour.example', 'lindqvist@work.example')).toEqual(['alice', 'lindqvist']);
    expect(called('alice@harbour.example', 'alice@work.example')).toEqual(['harbour.example', 'work.example']);
    expect(called('alice@a.example', 'alice@b.example', 'bob@b.example')).toEqual(['a.example', 'alice@b.example', 'bob']);
  });
});

describe('with two accounts', () => {
  it('contacts of the same name are told apart, to the eye and to the ear', async () => {
    haveTwo();
    where.section = 'contacts';
    render(ListPane);
    await tick();
    const rows = all('contact-row').filter(({ dataset }) => dataset.jid === bob.jid);
    const names = rows.map((row) => row.querySelector('[data-test="of-account"]')!.textContent);
    expect(rows).toHaveLength(2);
    expect(names.some((name) => name.includes('work.example') && name.includes(`with your account ${work}`))).toBe(true);
    expect(new Set(names).size).toBe(2);
  });

  it('a chat says as whom I write', async () => {
    haveTwo();
    where.showChat(bob);
    await conversations.show(bob);
    render(ChatPane);
    await tick();
    expect(all('writing-as')[0]!.textContent).toBe(`as ${fake.overview.accounts[0]!.jid}`);
  });

  it('a request says whom it asks', async () => {
    haveTwo();
    render(RequestsPane);
    await tick();
    expect(all('asks-account').map((it) => it.textContent)).toContain(`Asked of your account ${work}`);
  });
});

describe('with one account', () => {
  it('nothing speaks of accounts', async () => {
    where.section = 'contacts';
    render(ListPane);
    where.showChat(bob);
    await conversations.show(bob);
    render(ChatPane);
    render(RequestsPane);
    await tick();
    expect([...all('of-account'), ...all('writing-as'), ...all('asks-account')]).toEqual([]);
  });
});
