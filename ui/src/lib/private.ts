import type { ChatRef, Message, MessageId } from './contract';

/** The room in which a private conversation is. An address has one slash before what somebody is called there. */
export function roomOf(chat: ChatRef): ChatRef {
  return { account: chat.account, jid: chat.jid.split('/', 1)[0]! };
}

/** A private conversation with somebody in a room. */
export function privately(room: ChatRef, nick: string): ChatRef {
  return { account: room.account, jid: `${room.jid}/${nick}` };
}

export function isPrivate(chat: ChatRef): boolean {
  return chat.jid.includes('/');
}

/** `else`: from here on it is somebody else, as the room says; `unsure`: nobody says that it is still the same person. */
export type Turn = 'else' | 'unsure';

function isLasting(occupant: string): boolean {
  return occupant.startsWith('id:');
}

/** The messages from which on a private conversation may be with somebody else than before. Of words of mine from another device nobody may know for whom they were. */
export function turns(messages: Message[]): Map<MessageId, Turn> {
  const found = new Map<MessageId, Turn>();
  let last: string | null | undefined;
  for (const { id, author, occupant } of messages) {
    if (occupant === null && author.kind === 'me') continue;
    if (last !== undefined && occupant !== last) {
      const sure = last !== null && occupant !== null && isLasting(last) && isLasting(occupant);
      found.set(id, sure ? 'else' : 'unsure');
    }
    last = occupant;
  }
  return found;
}
