/** The words of each language, read from the program when they are wanted. Knows no widget: the page begins with it. */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';

/** A text, or where something is filled in, its pieces. */
export type Message = string | MessageFormatElement[];
export type Words = Record<string, Message>;

const readers = import.meta.glob<Words>('./*.json', { query: '?words', import: 'default' });
const coming = new Map<string, Promise<Words>>();

export const offered = Object.keys(readers).map((path) => path.replace(/^.*\/|\.json$/g, ''));

/** The test language: English with accents, longer, in brackets. Never offered, but obeyed. */
export const pseudoLanguage = 'en-XA';

/** The best fit for a tag such as `de-AT`; English where there is none. */
export function fit(tag: string): string {
  const wanted = tag.replace('_', '-');
  if (wanted === pseudoLanguage) return wanted;
  return offered.find((own) => wanted.split('-')[0] === own) ?? 'en';
}

/** The words of a language that {@link fit} named. What could not be read is tried again. */
export function wordsOf(language: string): Promise<Words> {
  const file = language === pseudoLanguage ? 'en' : language;
  let words = coming.get(file);
  if (!words) {
    words = readers[`./${file}.json`]!();
    words.catch(() => coming.delete(file));
    coming.set(file, words);
  }
  return words;
}
