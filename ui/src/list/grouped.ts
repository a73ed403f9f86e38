import type { Contact } from '../lib/contract';
import { Sorted } from '../lib/sorted';
import { byContact, byGroupName, contactKey, present, type ContactRow, type Row } from './rows';

interface Group {
  name: string;
  rows: Sorted<ContactRow>;
  online: number;
}

const byName = (a: { name: string }, b: { name: string }) => byGroupName(a.name, b.name);

/** A contact in no group stands in the one without a name. */
function groupsOf(contact: Contact): string[] {
  return contact.groups.length > 0 ? contact.groups : [''];
}

/**
 * The contact list in its groups, kept in order while single contacts change: what a change costs grows with the
 * contact's own groups, not with the list. A row is the same object until its contact changes.
 */
export class Grouped {
  #byName = new Map<string, Group>();
  #groups = new Sorted<Group>(byName);

  constructor(contacts: Iterable<Contact> = []) {
    const members = new Map<string, ContactRow[]>();
    for (const contact of contacts) {
      for (const name of groupsOf(contact)) {
        const rows = members.get(name);
        if (rows) rows.push(rowOf(name, contact));
        else members.set(name, [rowOf(name, contact)]);
      }
    }
    for (const [name, rows] of members) {
      const online = rows.filter(({ contact }) => present(contact)).length;
      this.#begin({ name, rows: new Sorted(byContact, rows), online });
    }
  }

  /** A contact came, changed or went. */
  change(before: Contact | undefined, after: Contact | undefined): void {
    const left = new Set(before ? groupsOf(before) : []);
    for (const name of after ? groupsOf(after) : []) {
      const group = this.#byName.get(name) ?? this.#begin({ name, rows: new Sorted(byContact), online: 0 });
      const row = rowOf(name, after!);
      if (left.delete(name)) {
        group.rows.replace(rowOf(name, before!), row);
        group.online -= Number(present(before!));
      } else {
        group.rows.add(row);
      }
      group.online += Number(present(after!));
    }
    for (const name of left) this.#leave(name, before!);
  }

  /** The groups’ names, in their order. */
  get names(): string[] {
    return this.#groups.all.filter(({ name }) => name !== '').map(({ name }) => name);
  }

  /** What the list shows; who is in no group stands under `others`, last. */
  rows(others: string, closed: ReadonlySet<string>): Row[] {
    return this.#groups.all.flatMap(({ name, rows, online }): Row[] => {
      const open = !closed.has(name);
      const group: Row = { kind: 'group', key: `group ${name}`, name: name || others, online, total: rows.all.length, open };
      return open ? [group, ...rows.all] : [group];
    });
  }

  #begin(group: Group): Group {
    this.#byName.set(group.name, group);
    this.#groups.add(group);
    return group;
  }

  #leave(name: string, contact: Contact): void {
    const group = this.#byName.get(name);
    if (!group?.rows.remove(rowOf(name, contact))) return;
    group.online -= Number(present(contact));
    if (group.rows.all.length > 0) return;
    this.#byName.delete(name);
    this.#groups.remove(group);
  }
}

function rowOf(group: string, contact: Contact): ContactRow {
  return { kind: 'contact', key: `${group}/${contactKey(contact)}`, contact };
}
