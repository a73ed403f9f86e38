import type { Message } from '../lib/contract';

/** Whether others can be told that something answers this. */
export function replyable(message: Message): boolean {
  return !message.retracted && message.delivery !== 'failed';
}

/** The message that the words in the composer answer. */
export class Replying {
  message = $state.raw<Message | null>(null);

  begin(message: Message): void {
    this.message = message;
  }

  leave(): void {
    this.message = null;
  }

  /** To the message before the one that is answered, or after it; behind the last one there is none. */
  step(messages: Message[], by: -1 | 1): void {
    const those = messages.filter(replyable);
    const at = those.findIndex(({ id }) => id === this.message?.id);
    if (at < 0) this.message = (by < 0 ? those.at(-1) : undefined) ?? this.message;
    else this.message = those[Math.max(at + by, 0)] ?? null;
  }
}
