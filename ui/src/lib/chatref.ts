import type { ChatRef } from './contract';

/** A chat's name in maps. An address holds no space. */
export function keyOf(chat: ChatRef): string {
  return `${chat.account} ${chat.jid}`;
}

export function sameChat(a: ChatRef | null, b: ChatRef | null): boolean {
  return a === b || (!!a && !!b && a.account === b.account && a.jid === b.jid);
}

/** The part before the `@`, else the whole address. */
export function nodeOf(jid: string): string {
  const at = jid.indexOf('@');
  return at > 0 ? jid.slice(0, at) : jid;
}
