import type { Message } from '../lib/contract';
import { ask } from '../lib/link';

/** Those that are offered first. */
export const quick = ['👍', '❤️', '😂', '😮', '😢', '🎉'];
/** The resident takes so many of one person. */
const most = 16;

/** Whether somebody else could see a sign on this message. */
export function reactable(message: Message): boolean {
  return message.delivery !== 'failed' && !message.retracted;
}

/** Gives a message a sign, or takes it back where I gave it; my others stay. */
export function toggled(message: Message, emoji: string): Promise<null> {
  const mine = message.reactions.filter((reaction) => reaction.mine).map((reaction) => reaction.emoji);
  const next = mine.includes(emoji) ? mine.filter((one) => one !== emoji) : [...mine, emoji].slice(-most);
  return ask('react', { message: message.id, id: crypto.randomUUID(), emoji: next });
}
