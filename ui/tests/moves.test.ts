import { describe, expect, it } from 'vitest';
import { grouped, kindsThatMayBreakThrough } from '../src/alerts/groups';
import { moved } from '../src/alerts/moves';
import { kinds } from '../src/dev/alerts';
import { setLanguage } from '../src/i18n/index.svelte';
import type { Hours } from '../src/lib/contract';
import { hoursWords, toggledDay } from '../src/words/hours';

describe('the arrow keys in a grid of rows with 1 and 7 cells', () => {
  const lengths = [1, 7, 1, 7, 1, 7];
  const cases: [string, [number, number], string, [number, number] | null][] = [
    ['right', [1, 0], 'ArrowRight', [1, 1]],
    ['right at the end stays', [1, 6], 'ArrowRight', null],
    ['left at the beginning stays', [1, 0], 'ArrowLeft', null],
    ['down to a shorter row takes its last cell', [1, 4], 'ArrowDown', [2, 0]],
    ['up from the first row stays', [0, 0], 'ArrowUp', null],
    ['down from the last row stays', [5, 3], 'ArrowDown', null],
    ['Home is the row’s first cell', [3, 5], 'Home', [3, 0]],
    ['End is the row’s last cell', [3, 5], 'End', [3, 6]],
    ['a page is five rows, at most to the end', [1, 2], 'PageDown', [5, 2]],
    ['a page up, at most to the beginning', [3, 2], 'PageUp', [0, 0]],
    ['other keys are not the grid’s', [1, 1], 'a', null],
  ];

  it.each(cases)('%s', (_, [row, column], key, expected) => {
    const spot = moved(lengths, { row, column }, key);
    expect(spot && [spot.row, spot.column]).toEqual(expected);
  });

  it('Control goes to the corners', () => {
    expect(moved(lengths, { row: 3, column: 3 }, 'Home', true)).toEqual({ row: 0, column: 0 });
    expect(moved(lengths, { row: 3, column: 3 }, 'End', true)).toEqual({ row: 5, column: 6 });
  });
});

describe('events in their groups', () => {
  it('every kind is in exactly one', () => {
    const all = grouped(kinds.map((kind) => ({ kind }))).flatMap(({ rows }) => rows.map(({ kind }) => kind));
    expect([...all].sort()).toEqual([...kinds].sort());
  });

  it('an empty group is left out', () => {
    expect(grouped([{ kind: 'mention' as const }]).map(({ group }) => group)).toEqual(['rooms']);
  });

  it('only known kinds may break through', () => {
    expect(kindsThatMayBreakThrough.every((kind) => kinds.includes(kind))).toBe(true);
  });
});

describe('hours in words', () => {
  const week: Hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '22:00', to: '07:00' };

  it('a run of days, over midnight', () => {
    expect(hoursWords(week)).toBe('Mon–Fri, 22:00 to 07:00 on the next day');
  });

  it('single days, within one day', () => {
    expect(hoursWords({ days: ['sun', 'mon', 'tue'], from: '09:00', to: '17:00' })).toBe('Mon, Tue, Sun, 09:00 to 17:00');
  });

  it('no day is every day', () => {
    expect(hoursWords({ from: '12:00', to: '13:00' })).toBe('Every day, 12:00 to 13:00');
  });

  it('speaks German', async () => {
    await setLanguage('de');
    expect(hoursWords(week)).toBe('Mo–Fr, 22:00 bis 07:00 am nächsten Tag');
  });

  it('a click takes a day away, the last one brings all back', () => {
    expect(toggledDay({ from: '1', to: '2' }, 'sun')).toEqual(['mon', 'tue', 'wed', 'thu', 'fri', 'sat']);
    expect(toggledDay({ days: ['mon'], from: '1', to: '2' }, 'mon')).toEqual([]);
    expect(toggledDay(week, 'fri')).toEqual(['mon', 'tue', 'wed', 'thu']);
  });
});
