import { isPrivate, turns, type Turn } from './private';
import type { Author, Message, MessageId, Timestamp } from './contract';
import { dayNumber } from '../words/when';

/** What was said within so many milliseconds by one person is one group. */
const groupSpan = 5 * 60_000;
const command = '/me ';

/** What `/me` says (XEP-0245), without the command; `null` for ordinary text. */
export function action(body: string): string | null {
  return body.startsWith(command) && body.length > command.length ? body.slice(command.length) : null;
}

const onlyEmoji = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u20E3|\u200D\p{Extended_Pictographic})*|\p{Regional_Indicator}{2})(?:\s*(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u20E3|\u200D\p{Extended_Pictographic})*|\p{Regional_Indicator}{2})){0,2}$/u;

/** One to three emoji and nothing else are shown large. */
export function isEmojiOnly(body: string): boolean {
  return body.length <= 40 && onlyEmoji.test(body.trim());
}

function sameAuthor(a: Author, b: Author): boolean {
  return a.kind === b.kind && (a.kind !== 'occupant' || a.nick === (b as typeof a).nick);
}

/** A message with what the list draws around it. */
export interface Line {
  message: Message;
  /** A day begins: its first moment on screen. */
  day: Timestamp | null;
  /** The line “New messages” stands above. */
  newAbove: boolean;
  /** From here on a private conversation may be with somebody else. */
  turn: Turn | null;
  /** Begins a group: somebody else, another day, or later. */
  first: boolean;
  /** Ends a group. */
  last: boolean;
}

/** Groups messages. `known` lines that would come out the same are kept, so that they are not drawn again. */
export function lines(messages: Message[], firstUnseen: MessageId | null, known: Map<MessageId, Line>): Line[] {
  const joins = (a: Message | undefined, b: Message | undefined): boolean =>
    !!a && !!b && sameAuthor(a.author, b.author) && b.at - a.at < groupSpan && dayNumber(a.at) === dayNumber(b.at) &&
    b.id !== firstUnseen && action(a.body) === null && action(b.body) === null;
  const turned = turns(messages.filter(({ chat }) => isPrivate(chat)));
  return messages.map((message, i) => {
    const before = messages[i - 1];
    const line: Line = {
      message,
      day: !before || dayNumber(before.at) !== dayNumber(message.at) ? message.at : null,
      newAbove: message.id === firstUnseen,
      turn: turned.get(message.id) ?? null,
      first: !joins(before, message) || turned.has(message.id),
      last: !joins(message, messages[i + 1]),
    };
    const old = known.get(message.id);
    if (old && old.message === message && old.day === line.day && old.newAbove === line.newAbove && old.turn === line.turn && old.first === line.first && old.last === line.last) {
      return old;
    }
    return line;
  });
}
