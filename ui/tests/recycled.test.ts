import { describe, expect, it } from 'vitest';
import { recycled } from '../src/list/recycled';

function stage() {
  let made = 0;
  return (before: ReadonlyMap<string, number>, rows: string[]) => recycled(before, rows, () => (made += 1));
}

describe('the elements of a list', () => {
  it('are made for the first rows', () => {
    const draw = stage();
    expect([...draw(new Map(), ['a', 'b'])]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('stay with the rows that stay', () => {
    const draw = stage();
    const before = draw(new Map(), ['a', 'b', 'c']);
    expect([...draw(before, ['c', 'a'])].sort()).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
  });

  it('go from rows that are gone to rows that have come', () => {
    const draw = stage();
    const before = draw(new Map(), ['a', 'b', 'c']);
    const after = draw(before, ['d', 'b', 'e', 'f']);
    expect(after.get('b')).toBe(2);
    expect([after.get('d'), after.get('e')].sort()).toEqual([1, 3]);
    expect(after.get('f')).toBe(4);
  });

  it('are never those of two rows', () => {
    const draw = stage();
    let now = new Map<string, number>();
    for (let turn = 0; turn < 500; turn += 1) {
      const rows = [...'abcdefghijklmnop'].filter((_, at) => (turn * 7919 + at * 104729) % 11 < 6);
      now = draw(now, rows);
      expect([...now.keys()].sort()).toEqual(rows.sort());
      expect(new Set(now.values()).size).toBe(rows.length);
    }
  });
});
