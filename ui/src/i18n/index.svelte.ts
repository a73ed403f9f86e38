/** Every word that a person reads comes from here. */
import { IntlMessageFormat } from 'intl-messageformat';
import type en from './en.json';
import { pseudo } from './pseudo';
import { fit, pseudoLanguage, wordsOf, type Message, type Words } from './words';

export { offered } from './words';

export type MessageKey = keyof typeof en;
export type Values = Record<string, string | number>;

let language = $state('en');
let words: Words = {};
let formats = new Map<string, (values?: Values) => string>();
let wanted = '';
let speaking = Promise.resolve();

/** The language in force. */
export function currentLanguage(): string {
  return language;
}

/** The tag for dates and numbers. */
export function formatLanguage(): string {
  const base = language === pseudoLanguage ? 'en' : language;
  // The system's tag knows the region too: whether the clock has 12 or 24 hours.
  return navigator.languages.find((tag) => tag.split('-')[0] === base) ?? base;
}

/** Takes the best fit for a tag such as `de-AT`; is done when it is in force, or another one was wanted meanwhile. */
export function setLanguage(tag: string): Promise<void> {
  const next = fit(tag);
  if (next !== wanted) {
    wanted = next;
    speaking = speak(next);
  }
  return speaking;
}


async function speak(next: string): Promise<void> {
  try {
    const read = await wordsOf(next);
    if (next !== wanted) return;
    words = read;
    formats = new Map();
    language = next;
  } catch (error) {
    // The language before stays; the next who asks for this one tries again.
    if (next === wanted) wanted = '';
    throw error;
  }
}

/** The words for `key`, with `values` filled in (ICU MessageFormat). */
export function t(key: MessageKey, values?: Values): string {
  const tag = language;
  let format = formats.get(key);
  if (!format) {
    format = formatOf(words[key] ?? '', tag);
    formats.set(key, format);
  }
  return format(values);
}

function formatOf(message: Message, tag: string): (values?: Values) => string {
  const said = tag === pseudoLanguage ? pseudo(message) : message;
  if (typeof said === 'string') return () => said;
  const format = new IntlMessageFormat(said, tag === pseudoLanguage ? 'en' : tag);
  return (values) => String(format.format(values));
}
