import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import type { Message } from './words';

const accents: Record<string, string> = Object.fromEntries(
  [...'aàbƀcçdđeéfƒgĝhĥiîjĵkķlļmɱnñoöpþqǫrŕsštţuûvṽwŵxẋyýzž'].flatMap((letter, i, all) =>
    i % 2 === 0 ? [[letter, all[i + 1]!], [letter.toUpperCase(), all[i + 1]!.toUpperCase()]] : [],
  ),
);

/** German and Finnish run about so much longer than English. */
const growth = 0.4;

function stretch(text: string): string {
  const accented = [...text].map((letter) => accents[letter] ?? letter).join('');
  const letters = text.replace(/[^A-Za-z]/g, '').length;
  // In words, which can be broken: a longer language has more of them, and none as long as a line.
  return accented + '~'.repeat(Math.round(letters * growth)).replace(/~{8}(?=~)/g, '$& ');
}

/** Turns a message into one that shows what is cut off, what is not translatable and what is glued together. */
export function pseudo(message: Message): MessageFormatElement[] {
  const pieces = typeof message === 'string' ? [literal(message)] : message;
  return [literal('['), ...pieces.map(one), literal(']')];
}

// The parser's element types are a const enum, which cannot be imported: 0 literal, 5 select, 6 plural.
function literal(value: string): MessageFormatElement {
  return { type: 0, value } as MessageFormatElement;
}

function one(element: MessageFormatElement): MessageFormatElement {
  if (element.type === 0) return { ...element, value: stretch(element.value) };
  if (element.type !== 5 && element.type !== 6) return element;
  const options = Object.entries(element.options).map(([name, option]) => [
    name,
    { ...option, value: option.value.map(one) },
  ]);
  return { ...element, options: Object.fromEntries(options) as typeof element.options };
}
