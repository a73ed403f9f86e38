import { beforeEach, describe, expect, it } from 'vitest';
import type { Fake } from '../src/dev/fake';
import { ask } from '../src/lib/link';
import { History, keptMessages } from '../src/state/history.svelte';
import { hiro, stage, until } from './stage';

let fake: Fake;
const length = 2_000;
/** The first message’s id in the sample conversation. */
const firstId = 1_001;
const key = '1 hiro@harbour.example';

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
    await history.readAgain();
    expect(history.last()!.id).toBe(said.id);
  });

  it('leaves new messages for later while its end is not the conversation’s', async () => {
    const history = await open();
    while (history.moreBefore) await history.readBefore();
    const before = history.last();
    fake.say(hiro, 'new');
    await history.readAgain();
    expect(history.last()).toBe(before);
    expect(history.moreAfter).toBe(true);
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
    await Promise.all([reading, history.readAgain(), history.readAgain()]);
    expect(history.messages.filter(({ id }) => id === said.id)).toHaveLength(1);
    expect(new Set(history.messages.map(({ id }) => id)).size).toBe(history.messages.length);
  });

  it('reads changed messages again, and only those that it holds', async () => {
    const history = await open();
    const { id } = history.last()!;
    fake.histories.get(key)!.at(-1)!.delivery = 'read';
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

  it('shows what an archive fills in where it belongs, also before my own last words', async () => {
    const history = await open();
    const own = fake.say(hiro, 'written without a network', { author: { kind: 'me' }, delivery: 'waiting', seen: true });
    await history.readAgain();
    const place = fake.histories.get(key)!.length - 1;
    const missed = [fake.say(hiro, 'missed', {}, place), fake.say(hiro, 'missed too', {}, place + 1)];
    await history.readAgain();
    expect(history.messages.slice(-3).map(({ id }) => id)).toEqual([...missed.map(({ id }) => id), own.id]);
  });

  it('reads no more for a message that came than one answer, and draws again only what changed', async () => {
    const history = await open();
    const before = history.messages;
    fake.say(hiro, 'new');
    await history.readAgain();
    expect(fake.asked.filter(({ name }) => name !== 'open_chat')).toHaveLength(1);
    expect(history.messages.slice(0, -1)).toEqual(before);
    expect(history.messages.slice(0, -1).every((message, i) => message === before[i])).toBe(true);
  });
});

describe('the server’s archive', () => {
  const older = { id: 1, chat: hiro, author: { kind: 'contact' } as const, body: 'long ago', at: 0, delivery: null, failure: '', seen: true, corrected: false, reactions: [], retracted: false, moderated: null, encryption: null, unstyled: false, reply: null, occupant: null };

  async function atTheBeginning(): Promise<History> {
    fake = await stage(20);
    const history = await open();
    expect(history.moreBefore).toBe(false);
    return history;
  }

  it('is asked once nothing older is stored, and what it has is there to be read', async () => {
    const history = await atTheBeginning();
    fake.archives.set(key, [older]);
    await fake.listen('carillon', ({ kind }) => kind === 'resync' && void history.readAgain());
    await history.readOlder();
    expect(history.asking).toBe(true);
    await until(() => history.moreBefore);
    expect(history.asking).toBe(false);
    await history.readBefore();
    expect(history.messages[0]!.body).toBe('long ago');
  });

  it('is not asked while there is more here, nor twice at once, nor again when it had nothing', async () => {
    const long = await open();
    await long.readOlder();
    expect(fake.calls('read_older')).toHaveLength(0);
    const history = await atTheBeginning();
    await Promise.all([history.readOlder(), history.readOlder()]);
    await history.readOlder();
    expect(fake.calls('read_older')).toHaveLength(1);
    expect(history.asking).toBe(false);
    history.askAnew();
    await history.readOlder();
    expect(fake.calls('read_older')).toHaveLength(2);
  });

  it('that does not answer leaves no line behind', async () => {
    const history = await atTheBeginning();
    fake.refusing.set('read_older', { code: { kind: 'link_lost' }, detail: '' });
    await history.readOlder();
    expect(history.asking).toBe(false);
  });
});

/** Chance that can be repeated. */
function chance(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('whatever comes, goes or moves, wherever', () => {
  const ids = (messages: { id: number }[]) => messages.map(({ id }) => id);

  function expectPartOf(history: History, model: number[]): void {
    const shown = ids(history.messages);
    const from = model.indexOf(shown[0]!);
    expect(shown).toEqual(model.slice(from, from + shown.length));
    expect(shown.length).toBeLessThanOrEqual(keptMessages);
    expect(history.moreBefore).toBe(from > 0);
    expect(history.moreAfter).toBe(from + shown.length < model.length);
  }

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('the window is a part of the conversation, and stays where it is (seed %i)', async (seed) => {
    const upTo = chance(seed + 1);
    fake = await stage(upTo(3) === 0 ? 1 + upTo(30) : 100 + upTo(800));
    const stored = fake.histories.get(key)!;
    const history = await open();
    for (let turn = 0; turn < 12; turn++) {
      // Scrolled up as often as at the end.
      const looked = upTo(2) === 0 ? (history.messages[upTo(history.messages.length)]?.id ?? null) : null;
      history.steady = () => looked;
      const wasEnd = !history.moreAfter;
      for (let fills = upTo(4); fills > 0; fills--) {
        const place = upTo(3) === 0 ? stored.length : upTo(stored.length + 1);
        for (let many = upTo(5) === 0 ? upTo(300) : upTo(4); many > 0; many--) fake.say(hiro, 'filled', {}, place);
      }
      // What I wrote goes behind what the archive had before it.
      if (upTo(3) === 0) stored.push(...stored.splice(upTo(stored.length), 1));
      const reading = [history.readAgain()];
      if (upTo(3) === 0) reading.push(history.readBefore());
      if (upTo(3) === 0) reading.push(history.readAgain());
      await Promise.all(reading);
      expectPartOf(history, ids(stored));
      if (looked !== null) expect(history.at(looked)).toBeGreaterThanOrEqual(0);
      if (looked === null && wasEnd && reading.length === 1) expect(history.last()!.id).toBe(stored.at(-1)!.id);
      if (upTo(3) === 0) await history.readAfter();
      if (upTo(6) === 0) await history.readNewest();
      expectPartOf(history, ids(stored));
      expect(history.shifting).toBe(false);
    }
  });
});
