import { fireEvent } from '@testing-library/svelte';
import { flushSync, mount, unmount } from 'svelte';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { allParts } from '../src/lib/later.svelte';
import Main from '../src/screens/Main.svelte';
import * as parts from '../src/screens/parts';
import { stage, until } from './stage';

// What is on its way when the last test ends would find no page.
afterAll(allParts);

let fake: Fake;
let page: Record<string, unknown>;

beforeEach(async () => {
  fake = await stage();
  page = mount(Main, { target: document.body });
  flushSync();
});

afterEach(() => unmount(page));

const byTest = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)!;
const row = () => document.querySelector<HTMLElement>('[data-test="people"] [data-jid="bob@harbour.example"]')!;

it('a list whose menus are on their way says what its buttons open, and opens it when that comes', async () => {
  expect([parts.ownMenus.here, parts.listMenu.here]).toEqual([null, null]);
  const [list, first] = [document.querySelector('.scroller'), row()];
  expect([byTest('own-status'), byTest('mute')].map((button) => button.getAttribute('aria-haspopup'))).toEqual(['dialog', 'menu']);
  first.focus();

  await fireEvent.contextMenu(first);
  await until(() => byTest('chat-alerts') !== null);
  expect(document.querySelector('.scroller')).toBe(list);
  expect(row()).toBe(first);
  await fireEvent.keyDown(byTest('chat-alerts'), { key: 'Escape' });
  await until(() => byTest('chat-alerts') === null);

  await fireEvent.click(byTest('own-status'));
  await until(() => byTest('availability-busy') !== null);
  await fireEvent.click(byTest('availability-busy'));
  await until(() => fake.calls('set_status').length === 1);
  await until(() => byTest('availability-busy') === null);
});

it('a button that was drawn before its menu stays, and keeps the focus when that comes', async () => {
  const button = byTest('mute');
  button.focus();
  await Promise.all([parts.ownMenus.come(), parts.listMenu.come()]);
  await until(() => byTest('mute').dataset.state === 'closed');
  expect(byTest('mute')).toBe(button);
  expect(document.activeElement).toBe(button);
  await fireEvent.click(button);
  await until(() => byTest('mute-hour') !== null);
  expect(button.getAttribute('aria-expanded')).toBe('true');
});
