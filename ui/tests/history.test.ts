import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { ask } from '../src/lib/link';
import { History, keptMessages } from '../src/state/history.svelte';
import { hiro, stage } from './stage';

let fake: Fake;
const length = 2_000;
/** The first message’s id in the sample conversation. */
const firstId = 1_001;

async function open(): Promise<History> {
  return new History(hiro, (await ask('open_chat', { chat: hiro })).history);
}

function consecutive(history: History): boolean {
  return history.messages.every(({ id }, i, all) => i === 0 || id === all[i - 1]!.id + 1);
}

beforeEach(async () => {
  fake = await stage(length);
});

describe('the window onto a long conversation', () => {
  it('goes back to the first message without a gap or a double, and never holds more than its bound', async () => {
    const history = await open();
    while (history.moreBefore) {
      await history.readBefore();
      expect(consecutive(history)).toBe(true);
      expect(history.messages.length).toBeLessThanOrEqual(keptMessages);
    }
    expect(history.messages[0]!.id).toBe(firstId);
    expect(history.moreAfter).toBe(true);
  });

  it('comes forward again to the last message', async () => {
    const history = await open();
    while (history.moreBefore) await history.readBefore();
    while (history.moreAfter) {
      await history.readAfter();
      expect(consecutive(history)).toBe(true);
      expect(history.messages.length).toBeLessThanOrEqual(keptMessages);
    }
    expect(history.last()!.id).toBe(firstId + length - 1);
    expect(history.moreBefore).toBe(true);
  });

  it('reads a page once, however often scrolling asks for it', async () => {
    const history = await open();
    await Promise.all([history.readBefore(), history.readBefore(), history.readBefore()]);
    expect(fake.calls('history')).toHaveLength(1);
    expect(consecutive(history)).toBe(true);
  });

  it('is not shifting when nothing is in motion', async () => {
    const history = await open();
    await history.readBefore();
    expect(history.shifting).toBe(false);
  });

  it('takes up new messages at its end', async () => {
    const history = await open();
    const said = fake.say(hiro, 'new');
    await history.added();
    expect(history.last()!.id).toBe(said.id);
  });

  it('leaves new messages for later while its end is not the conversation’s', async () => {
    const history = await open();
    while (history.moreBefore) await history.readBefore();
    const before = history.last();
    fake.say(hiro, 'new');
    await history.added();
    expect(history.last()).toBe(before);
  });

  it('jumps to the newest', async () => {
    const history = await open();
    while (history.moreBefore) await history.readBefore();
    await history.readNewest();
    expect(history.last()!.id).toBe(firstId + length - 1);
    expect(history.moreAfter).toBe(false);
  });

  it('a new message during the reading of an older page is neither lost nor doubled', async () => {
    const history = await open();
    const reading = history.readBefore();
    const said = fake.say(hiro, 'new');
    await Promise.all([reading, history.added(), history.added()]);
    expect(history.messages.filter(({ id }) => id === said.id)).toHaveLength(1);
    expect(new Set(history.messages.map(({ id }) => id)).size).toBe(history.messages.length);
  });

  it('reads changed messages again, and only those that it holds', async () => {
    const history = await open();
    const { id } = history.last()!;
    fake.histories.get('1 hiro@harbour.example')!.at(-1)!.delivery = 'read';
    await history.changed([id, 1, 2]);
    expect(history.last()!.delivery).toBe('read');
    expect(fake.calls('messages')).toEqual([{ messages: [id] }]);
  });

  it('a page that was refused can be asked for again', async () => {
    const history = await open();
    fake.refusing.set('history', { code: { kind: 'link_lost' }, detail: '' });
    await expect(history.readBefore()).rejects.toThrow();
    fake.refusing.clear();
    const before = history.messages.length;
    await history.readBefore();
    expect(history.messages.length).toBeGreaterThan(before);
  });
});
