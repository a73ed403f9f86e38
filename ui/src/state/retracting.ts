import type { Message } from '../lib/contract';

/** Whether I may take this back: what the server does not have nobody has to be told of. */
export function retractable({ author, delivery, retracted }: Message): boolean {
  return author.kind === 'me' && !retracted && (delivery === 'sent' || delivery === 'arrived' || delivery === 'read');
}
