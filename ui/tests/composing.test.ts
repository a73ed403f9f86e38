import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { againAfter, Composing, keepAfter, pauseAfter } from '../src/state/composing.svelte';
import type { Fake } from '../src/dev/fake';
import { bob, stage } from './stage';

let fake: Fake;

beforeEach(async () => {
  fake = await stage();
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('while I type', () => {
  it('the others are told at the first key, and once', () => {
    const composing = new Composing(bob, '');
    composing.typed('H');
    composing.typed('He');
    expect(fake.calls('set_typing')).toEqual([{ chat: bob, composing: true }]);
  });

  it('a rest of five seconds is told as a pause', () => {
    const composing = new Composing(bob, '');
    composing.typed('H');
    vi.advanceTimersByTime(pauseAfter);
    expect(fake.calls('set_typing').at(-1)).toEqual({ chat: bob, composing: false });
  });

  it('an emptied field is told at once', () => {
    const composing = new Composing(bob, '');
    composing.typed('H');
    composing.typed('');
    expect(fake.calls('set_typing').at(-1)).toEqual({ chat: bob, composing: false });
  });

  it('the draft is kept after a rest, and when the chat is left', () => {
    const composing = new Composing(bob, '');
    composing.typed('H');
    composing.typed('He');
    vi.advanceTimersByTime(keepAfter);
    composing.typed('Hel');
    composing.end();
    expect(fake.calls('save_draft').map(({ text }) => text)).toEqual(['He', 'Hel']);
  });

  it('a draft that did not change is not kept again', () => {
    const composing = new Composing(bob, 'old');
    composing.keep();
    composing.end();
    expect(fake.calls('save_draft')).toEqual([]);
  });

  it('sending forgets the draft, and says nothing more about typing', () => {
    const composing = new Composing(bob, 'old');
    composing.typed('old words');
    composing.sent();
    vi.advanceTimersByTime(pauseAfter);
    expect(fake.calls('save_draft').at(-1)).toEqual({ chat: bob, text: '' });
    expect(fake.calls('set_typing')).toEqual([{ chat: bob, composing: true }]);
  });

  it('a draft that could not be kept is tried again until it is', async () => {
    fake.refusing.set('save_draft', { code: { kind: 'link_lost' }, detail: '' });
    const composing = new Composing(bob, '');
    composing.typed('Hello');
    composing.end();
    await vi.advanceTimersByTimeAsync(againAfter);
    expect(fake.calls('save_draft').length).toBe(2);
    expect(composing.unkept).toBe(true);
    fake.refusing.clear();
    await vi.advanceTimersByTimeAsync(againAfter);
    expect(fake.calls('save_draft').map(({ text }) => text)).toEqual(['Hello', 'Hello', 'Hello']);
    expect(composing.unkept).toBe(false);
    await vi.advanceTimersByTimeAsync(10 * againAfter);
    expect(fake.calls('save_draft')).toHaveLength(3);
  });
});
