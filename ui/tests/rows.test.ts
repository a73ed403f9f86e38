import { describe, expect, it } from 'vitest';
import { crowd, sampleOverview } from '../src/dev/people';
import type { Contact } from '../src/lib/contract';
import { Grouped } from '../src/list/grouped';
import { byContact, contactRow, foundRows, type Row } from '../src/list/rows';
import { contacts as store } from '../src/state/contacts.svelte';
import { fastest, noon } from './stage';

const { contacts, chats } = sampleOverview(noon);
const headings = { chats: 'Chats', contacts: 'Contacts' };

function groupRows(all: Contact[], others: string, closed: ReadonlySet<string>): Row[] {
  return new Grouped(all).rows(others, closed);
}

describe('the contact list', () => {
  it('stands in groups, those without one last, and who is there first', () => {
    const rows = groupRows(contacts, 'Others', new Set());
    expect(rows.map((row) => (row.kind === 'group' ? `# ${row.name} ${row.online}/${row.total}` : row.kind === 'contact' ? row.contact.name : ''))).toEqual([
      '# Choir 1/2', 'Carla Méndez', 'Fatima Zahra',
      '# Friends 2/2', 'Bob Nowak', 'Carla Méndez',
      '# Work 3/3', 'Dmitri Orlow', 'Emeka Obi', 'Hiro Tanaka',
      '# Others 1/2', 'Greta Lindqvist', 'Inês Duarte',
    ]);
  });

  it('a closed group hides its members and keeps its counts', () => {
    const rows = groupRows(contacts, 'Others', new Set(['Work']));
    expect(rows.find((row) => row.key === 'group Work')).toMatchObject({ open: false, total: 3 });
    expect(rows.some((row) => row.kind === 'contact' && row.contact.name === 'Emeka Obi')).toBe(false);
  });

  it('every row has a key of its own, also somebody in two groups', () => {
    const keys = groupRows(contacts, 'Others', new Set()).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('10,000 contacts are put in order within a quarter of a second', () => {
    const many = crowd(10_000);
    expect(fastest(() => groupRows(many, 'Others', new Set()))).toBeLessThan(250);
  });
});

describe('search', () => {
  const everybody = contacts.map(contactRow).sort(byContact);

  it('finds by name and by address, chats first', () => {
    expect(foundRows('BOB', chats, everybody, headings).map(({ kind }) => kind)).toEqual(['heading', 'chat', 'heading', 'contact']);
  });

  it('offers to add an address that is nobody’s yet', () => {
    expect(foundRows(' New@Friend.example ', chats, everybody, headings)).toEqual([{ kind: 'add', key: 'add', jid: 'new@friend.example' }]);
    expect(foundRows('bob@harbour.example', chats, everybody, headings).some(({ kind }) => kind === 'add')).toBe(false);
  });

  it('finds in the order of everybody, and costs no sorting', () => {
    const many = crowd(10_000).map(contactRow).sort(byContact);
    const found = foundRows('1', [], many, headings).slice(1);
    expect(found.length).toBeGreaterThan(1_000);
    const rows = new Set(found);
    expect(found).toEqual(many.filter((row) => rows.has(row)));
    expect(fastest(() => foundRows('1', [], many, headings))).toBeLessThan(40);
  });
});

describe('everybody', () => {
  it('stands in order whatever changes', () => {
    const all = crowd(300);
    store.replace(all);
    const names = () => store.everybody.map(({ contact }) => contact.name);
    expect(names()).toHaveLength(300);
    const [first, second, third] = all as [Contact, Contact, Contact];
    const renamed = { ...first, name: 'Zoë' };
    const gone = { ...second, presence: { ...second.presence, availability: 'offline' as const } };
    const came = { ...first, jid: 'new@friend.example', name: 'Aaron' };
    store.change([renamed, gone, came], [{ account: third.account, jid: third.jid }]);
    const now = [renamed, gone, came, ...all.slice(3)];
    expect(names()).toEqual(now.map(contactRow).sort(byContact).map(({ contact }) => contact.name));
    store.replace([]);
    expect(names()).toEqual([]);
  });
});
