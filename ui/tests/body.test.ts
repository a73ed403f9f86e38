import { describe, expect, it } from 'vitest';
import { action, isEmojiOnly, lines } from '../src/lib/body';
import type { Author, Message } from '../src/lib/contract';
import { bob, noon } from './stage';

const me: Author = { kind: 'me' };
const them: Author = { kind: 'contact' };
const minute = 60_000;

function said(id: number, author: Author, at: number, body = 'words'): Message {
  return { id, chat: bob, author, body, at, delivery: null, failure: '', seen: true, corrected: false, reactions: [], retracted: false, moderated: null, encryption: null, unstyled: false, reply: null, occupant: null };
}

describe('/me', () => {
  it('is taken off an action', () => {
    expect(action('/me waves')).toBe('waves');
  });

  it.each(['/me', '/me ', '/meow', ' /me waves', 'he said /me waves'])('%j is ordinary text', (body) => {
    expect(action(body)).toBeNull();
  });
});

describe('emoji alone', () => {
  it.each(['😀', '😀😀', '👍🏽', '👩‍🚀 🎉', '❤️', '🇩🇪'])('%s is large', (body) => expect(isEmojiOnly(body)).toBe(true));
  it.each(['', '1', '😀 hi', '😀😀😀😀', ':)', '12'])('%j is not', (body) => expect(isEmojiOnly(body)).toBe(false));
});

describe('groups', () => {
  const grouped = (messages: Message[], firstUnseen: number | null = null) => lines(messages, firstUnseen, new Map());

  it('what one person says within five minutes is one group', () => {
    const shown = grouped([said(1, me, noon), said(2, me, noon + minute), said(3, them, noon + minute), said(4, them, noon + 9 * minute)]);
    expect(shown.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('two nicks in a room are two people', () => {
    const shown = grouped([said(1, { kind: 'occupant', nick: 'a' }, noon), said(2, { kind: 'occupant', nick: 'b' }, noon)]);
    expect(shown.every(({ first }) => first)).toBe(true);
  });

  it('a day begins at midnight here', () => {
    const midnight = new Date(2026, 4, 21).getTime();
    const shown = grouped([said(1, me, midnight - 1), said(2, me, midnight), said(3, me, midnight + 1)]);
    expect(shown.map(({ day }) => day)).toEqual([midnight - 1, midnight, null]);
  });

  it('the line for new messages parts a group', () => {
    const shown = grouped([said(1, them, noon), said(2, them, noon + 1)], 2);
    expect(shown.map(({ newAbove, first }) => [newAbove, first])).toEqual([
      [false, true],
      [true, true],
    ]);
  });

  it('a line that did not change is the same object, so that it is not drawn again', () => {
    const messages = [said(1, them, noon), said(2, them, noon + 1)];
    const before = grouped(messages);
    const known = new Map(before.map((line) => [line.message.id, line]));
    const after = lines([...messages, said(3, me, noon + 2)], null, known);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});
