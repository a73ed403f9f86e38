import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { Avatars } from '../src/state/avatars.svelte';
import { stage, until } from './stage';

const hashOf = (number: number) => number.toString(16).padStart(40, '0');

describe('pictures of people', () => {
  let fake: Fake;
  let unpacked: string[];
  let avatars: Avatars;

  beforeEach(async () => {
    fake = await stage();
    unpacked = [];
    avatars = new Avatars(async (png) => {
      unpacked.push(await png.text());
      return {} as CanvasImageSource;
    });
  });

  /** What a component sees of a picture, again and again. */
  function watched(hash: string): { seen: unknown[]; stop: () => void } {
    const seen: unknown[] = [];
    const stop = $effect.root(() => {
      $effect(() => void seen.push(avatars.get(hash)));
    });
    flushSync();
    return { seen, stop };
  }

  it('asks for what is shown in one question, once, and shows it when it is there', async () => {
    fake.avatars.set(hashOf(1), btoa('one'));
    fake.avatars.set(hashOf(2), btoa('two'));
    const [one, two, again] = [watched(hashOf(1)), watched(hashOf(2)), watched(hashOf(1))];
    await until(() => unpacked.length === 2);
    flushSync();
    expect(fake.calls('avatars')).toEqual([{ hashes: [hashOf(1), hashOf(2)] }]);
    expect(unpacked).toEqual(['one', 'two']);
    expect(one.seen).toEqual([undefined, {}]);
    expect(again.seen).toEqual([undefined, {}]);
    for (const { stop } of [one, two, again]) stop();
  });

  it('asks once for what is not there', async () => {
    const { seen, stop } = watched(hashOf(3));
    await until(() => fake.calls('avatars').length === 1);
    await until(() => (flushSync(), seen.length === 2));
    expect(seen).toEqual([undefined, null]);
    expect(avatars.get(hashOf(3))).toBeNull();
    expect(fake.calls('avatars')).toHaveLength(1);
    stop();
  });

  it('asks for at most 64 at once and keeps at most 256', async () => {
    for (let number = 0; number < 300; number += 1) {
      fake.avatars.set(hashOf(number), btoa(String(number)));
      avatars.get(hashOf(number));
    }
    await until(() => unpacked.length === 300);
    expect(fake.calls('avatars').map(({ hashes }) => hashes.length)).toEqual([64, 64, 64, 64, 44]);
    await until(() => avatars.get(hashOf(299)) !== undefined);
    expect(avatars.get(hashOf(0))).toBeUndefined();
  });
});
