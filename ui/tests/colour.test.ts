import { describe, expect, it } from 'vitest';
import { colour, coloursOf, hueOf } from '../src/lib/colour';
import css from '../src/style/tokens.css?raw';

describe('the test vectors of XEP-0392', () => {
  it.each([
    ['Romeo', 327.255249, [0.865, 0.0, 0.686]],
    ['juliet@capulet.lit', 209.4104, [0.0, 0.515, 0.573]],
    ['😺', 331.199341, [0.872, 0.0, 0.659]],
    ['council', 359.994507, [0.918, 0.0, 0.394]],
    ['Board', 171.430664, [0.0, 0.527, 0.457]],
  ] as const)('%s', (name, hue, rgb) => {
    expect(hueOf(name)).toBeCloseTo(hue, 5);
    channels(colour(hueOf(name), 100, 50)).forEach((channel, i) => expect(Math.abs(channel - rgb[i]!)).toBeLessThan(0.003));
  });
});

it('a nick’s case makes another colour: only addresses are without', () => {
  expect(hueOf('romeo')).not.toBe(hueOf('Romeo'));
});

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** WCAG 2.2. */
function contrast(one: string, other: string): number {
  const light = (hex: string) => {
    const [r, g, b] = channels(hex).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The grounds of both themes. */
function grounds(theme: 'light' | 'dark'): string[] {
  const tokens = css.split('color-scheme:')[theme === 'light' ? 1 : 3]!;
  return [...tokens.matchAll(/--(?:ground|surface|raised|sunken|theirs|mine|hover|selected): (#[0-9a-f]{6})/g)].map(([, hex]) => hex!);
}

it('every name can be read, on every ground of both themes, and letters in its colour', () => {
  const [light, dark] = [grounds('light'), grounds('dark')];
  expect([light.length, dark.length]).toEqual([8, 8]);
  const poor: string[] = [];
  const check = (one: string, other: string) => contrast(one, other) < 4.5 && poor.push(`${one} on ${other}`);
  for (let i = 0; i < 500; i += 1) {
    const own = coloursOf(`person${i}@harbour.example`);
    check('#ffffff', own.ground);
    light.forEach((ground) => check(own.light, ground));
    dark.forEach((ground) => check(own.dark, ground));
  }
  expect(poor).toEqual([]);
});
