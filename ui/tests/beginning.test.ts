import { mount, tick, unmount } from 'svelte';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import { Fake } from '../src/dev/fake';
import { allParts } from '../src/lib/later.svelte';
import { useCarrier } from '../src/lib/link';
import { begin } from '../src/state/sync.svelte';
import { chats } from '../src/state/chats.svelte';
import { surroundings } from '../src/state/surroundings.svelte';
import { until } from './stage';

// What is on its way when the last test ends would find no page.
afterAll(allParts);

let fake: Fake;

beforeEach(() => {
  document.body.innerHTML = '<div id="app"></div>';
  fake = new Fake(Date.now());
  chats.replace([]);
  surroundings.ready = surroundings.hears = false;
});

function bring(text: string): void {
  const data = document.createElement('script');
  data.type = 'application/json';
  data.id = 'beginning';
  data.textContent = text;
  document.body.append(data);
}

it('the list is drawn from what the page brings, before anything is answered', async () => {
  bring(JSON.stringify(fake.overview));
  let answers = (): void => undefined;
  const silence = new Promise<void>((go) => (answers = go));
  useCarrier({
    ask: async (name, ask) => {
      await silence;
      return fake.ask(name, ask);
    },
    listen: async (name, heard) => {
      await silence;
      return fake.listen(name, heard);
    },
  });
  const begun = begin();
  const app = mount(App, { target: document.getElementById('app')! });
  await tick();
  expect(document.querySelectorAll('[data-test="people"] [data-index]').length).toBeGreaterThan(3);
  expect(document.getElementById('beginning')).toBeNull();
  // Where to go first is asked by who can be led there.
  expect(fake.asked.map(({ name }) => name)).not.toContain('window_ready');

  const newer = fake.overview.chats[0]!;
  fake.overview.chats = fake.overview.chats.map((summary) => (summary === newer ? { ...summary, name: 'Newer' } : summary));
  answers();
  await begun;
  await until(() => fake.asked.some(({ name }) => name === 'window_ready'));
  expect(chats.get(newer.chat)?.name).toBe('Newer');
  await unmount(app);
});

it('a page that brings nothing asks', async () => {
  useCarrier(fake);
  await begin();
  expect(fake.asked.map(({ name }) => name)).toContain('overview');
  expect(chats.count).toBe(fake.overview.chats.length);
});

it('while the resident does not answer, what was brought stays and the link is called lost', async () => {
  bring(JSON.stringify(fake.overview));
  let there = false;
  useCarrier({
    ask: async (name, ask) => {
      if (!there) throw new Error('gone');
      return fake.ask(name, ask);
    },
    listen: (name, heard) => fake.listen(name, heard),
  });
  vi.useFakeTimers();
  const begun = begin();
  await vi.advanceTimersByTimeAsync(100);
  expect(surroundings.link.state).toBe('lost');
  expect(chats.count).toBe(fake.overview.chats.length);
  there = true;
  await vi.advanceTimersByTimeAsync(1_000);
  await begun;
  expect(surroundings.link.state).toBe('connected');
  vi.useRealTimers();
});
