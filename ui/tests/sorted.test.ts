import { describe, expect, it } from 'vitest';
import { crowd } from '../src/dev/people';
import type { Contact } from '../src/lib/contract';
import { Sorted } from '../src/lib/sorted';
import { Grouped } from '../src/list/grouped';

/** Numbers that look random and are the same in each run. */
function chance(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

const shown = (grouped: Grouped) => grouped.rows('Others', new Set());

describe('what is kept in order', () => {
  it('stays so whatever comes, goes and changes', () => {
    const below = chance(7);
    const compare = (a: number, b: number) => a - b;
    const kept = new Sorted(compare, [5, 3, 9]);
    let model = [3, 5, 9];
    for (let i = 0; i < 5_000; i++) {
      const [old, fresh] = [model[below(model.length)], below(1_000)];
      if (i % 3 === 0 && old !== undefined) {
        expect(kept.remove(old)).toBe(true);
        model = model.filter((number) => number !== old);
      } else if (model.includes(fresh)) {
        expect(kept.remove(1_000 + fresh)).toBe(false);
      } else if (i % 3 === 1 && old !== undefined) {
        kept.replace(old, fresh);
        model = [...model.filter((number) => number !== old), fresh].sort(compare);
      } else {
        kept.add(fresh);
        model = [...model, fresh].sort(compare);
      }
      expect(kept.all).toEqual(model);
    }
  });
});

describe('the list in groups', () => {
  function changed(contact: Contact, below: (end: number) => number): Contact | undefined {
    switch (below(5)) {
      case 0:
        return undefined;
      case 1:
        return { ...contact, name: `Person ${below(300)}` };
      case 2:
        return { ...contact, groups: [...new Set([`Group ${below(5)}`, `Group ${below(5)}`])].sort().slice(below(3)) };
      default:
        return { ...contact, presence: { availability: below(2) ? 'available' : 'offline', status: `${below(9)}` } };
    }
  }

  it('is after any changes as if it were made anew', () => {
    const below = chance(11);
    const all = new Map(crowd(60).map((contact) => [contact.jid, contact]));
    const grouped = new Grouped(all.values());
    const spare = crowd(90).slice(60);
    for (let i = 0; i < 2_000; i++) {
      const known = [...all.values()];
      const before = below(4) === 0 || known.length === 0 ? undefined : known[below(known.length)];
      const after = before ? changed(before, below) : spare[below(spare.length)]!;
      const old = before ?? all.get(after!.jid);
      grouped.change(old, after);
      if (after) all.set(after.jid, after);
      else all.delete(before!.jid);
      expect(shown(grouped)).toEqual(shown(new Grouped(all.values())));
    }
  });

  it('10,000 contacts: a change compares some dozen names and makes one row anew', () => {
    let compared = 0;
    const counted = crowd(10_000).map((contact) => ({
      ...contact,
      get name() {
        compared += 1;
        return contact.name;
      },
    }));
    const grouped = new Grouped(counted);
    let before = shown(grouped);
    const below = chance(3);
    for (let i = 0; i < 550; i++) {
      const at = below(counted.length);
      const contact = counted[at]!;
      const availability = contact.presence.availability === 'offline' ? 'available' : 'offline';
      const after = Object.defineProperties({ presence: { availability, status: '' } }, {
        ...Object.getOwnPropertyDescriptors(contact),
        presence: { value: { availability, status: '' }, enumerable: true },
      }) as Contact;
      compared = 0;
      grouped.change(contact, after);
      // Groups of 500: nine halvings to find the old place, as many for the new one, two names each.
      expect(compared).toBeLessThan(60);
      counted[at] = after as (typeof counted)[number];
    }
    const known = new Set(before);
    before = shown(grouped);
    const fresh = before.filter((row) => row.kind === 'contact' && !known.has(row));
    expect(fresh.length).toBeGreaterThan(400);
    expect(fresh.length).toBeLessThanOrEqual(550);
  });
});
