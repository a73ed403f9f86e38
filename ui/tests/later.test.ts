import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterAll, afterEach, expect, it } from 'vitest';
import { allParts, Later } from '../src/lib/later.svelte';
import Main from '../src/screens/Main.svelte';
import * as parts from '../src/screens/parts';
import { where } from '../src/state/place.svelte';
import ErrorLine from '../src/parts/ErrorLine.svelte';
import { stage, until } from './stage';

// What is on its way when the last test ends would find no page.
afterAll(allParts);

let page: Record<string, unknown> | null = null;

afterEach(async () => {
  if (page) await unmount(page);
  page = null;
});

it('a part is brought once, when it is looked at', async () => {
  let brought = 0;
  const later = new Later(() => {
    brought += 1;
    return Promise.resolve({ default: ErrorLine as unknown as Component<Record<string, never>> });
  });
  expect(brought).toBe(0);
  expect(later.part).toBeNull();
  expect(later.part).toBeNull();
  await later.come();
  expect(later.part).toBe(ErrorLine);
  expect(brought).toBe(1);
});

it('a part that could not be read is tried again', async () => {
  let tries = 0;
  const later = new Later(() => {
    tries += 1;
    const part = { default: ErrorLine as unknown as Component<Record<string, never>> };
    return tries === 1 ? Promise.reject<typeof part>(new Error('not there')) : Promise.resolve(part);
  });
  await expect(later.come()).rejects.toThrow('not there');
  await later.come();
  expect(later.part).toBe(ErrorLine);
  expect(tries).toBe(2);
});

it('the settings come when somebody goes there', async () => {
  await stage();
  page = mount(Main, { target: document.body });
  where.section = 'settings';
  flushSync();
  expect(document.querySelector('main h1')).toBeNull();
  await until(() => document.querySelector('main h1') !== null);
  expect(parts.settings.part).not.toBeNull();
});
