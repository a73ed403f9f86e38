import { describe, expect, it } from 'vitest';
import { byAlphabet, lowered } from '../src/lib/alphabet';

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
const pieces = ['a', 'B', 'Z', 'y', 'aa', 'ch', 'ss', ' ', '  ', '0', '1', '9', '10', '007', '12345678901234567890', 'ä', 'ß', 'É', '-', '.', '日', ''];

/** Names of some pieces each, the same in every run. */
function names(count: number): string[] {
  let seed = 7;
  const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: count }, () => Array.from({ length: 1 + chance(4) }, () => pieces[chance(pieces.length)]).join(''));
}

describe('the order of the alphabet', () => {
  it('is the system’s, whatever a name is made of', () => {
    const all = names(400);
    const wrong: string[] = [];
    for (const a of all) {
      for (const b of all) if (Math.sign(byAlphabet(a, b)) !== Math.sign(collator.compare(a, b))) wrong.push(`${a}|${b}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('has a number behind every smaller one', () => {
    expect(['Anna 10', 'anna 9', 'Anna 100', 'ANNA 09a'].sort(byAlphabet)).toEqual(['anna 9', 'ANNA 09a', 'Anna 10', 'Anna 100']);
  });

  it('leaves numbers that are longer than a key to the system', () => {
    expect(byAlphabet(`a${'1'.repeat(60)}`, `a${'2'.repeat(59)}`)).toBeGreaterThan(0);
  });

  it('knows names in small letters', () => {
    expect(lowered('ÄRGER 1')).toBe('ärger 1');
  });
});
