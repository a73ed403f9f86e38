import { sameChat } from './chatref';
import type { Level, Whose } from './contract';

export const everybody: Whose = { kind: 'everybody' };

/** A scope’s name in maps. */
export function whoseKey(whose: Whose): string {
  switch (whose.kind) {
    case 'everybody':
      return 'everybody';
    case 'profile':
      return `profile ${whose.name}`;
    case 'account':
      return `account ${whose.account}`;
    case 'group':
      return `group ${whose.account ?? ''} ${whose.name}`;
    case 'chat':
      return `chat ${whose.chat.account} ${whose.chat.jid}`;
  }
}

/** Whether a value that comes from `level` is set in the scope `whose` itself. */
export function setIn(level: Level, whose: Whose): boolean {
  switch (level.kind) {
    case 'settings':
      return whose.kind === 'everybody';
    case 'profile':
      return whose.kind === 'profile' && whose.name === level.name;
    case 'account':
      return whose.kind === 'account' && whose.account === level.account;
    case 'group':
      return whose.kind === 'group' && whose.name === level.name;
    case 'chat':
      return whose.kind === 'chat' && sameChat(whose.chat, level.chat);
    case 'built_in':
    case 'watch':
      return false;
  }
}
