import { action } from '../lib/body';
import type { Author, Message } from '../lib/contract';
import { stamp } from './when';

/** Messages as text, each with its time and who said it. What has no words is left out. */
export function transcript(messages: Message[], nameOf: (author: Author) => string): string {
  const said = messages.filter(({ body, retracted }) => !retracted && body !== '');
  return said
    .map(({ author, at, body }) => {
      const did = action(body);
      return did === null ? `[${stamp(at)}] ${nameOf(author)}: ${body}` : `[${stamp(at)}] * ${nameOf(author)} ${did}`;
    })
    .join('\n');
}
