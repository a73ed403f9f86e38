/** Every word that a person reads comes from here. */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import de from './de.json';
import en from './en.json';
import { pseudo } from './pseudo';

export type MessageKey = keyof typeof en;
export type Values = Record<string, string | number>;

const languages: Record<string, Record<string, string>> = { en, de };

/** The test language: English with accents, longer, in brackets. Never offered, but obeyed. */
const pseudoLanguage = 'en-XA';
export const offered = Object.keys(languages);

let language = $state('en');
let formats = new Map<string, (values?: Values) => string>();

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

/** Takes the best fit for a tag such as `de-AT`; English where there is none. */
export function setLanguage(tag: string): void {
  const wanted = tag.replace('_', '-');
  const next = wanted === pseudoLanguage ? wanted : (offered.find((own) => wanted.split('-')[0] === own) ?? 'en');
  if (next === language) return;
  language = next;
  formats = new Map();
}

/** The words for `key`, with `values` filled in (ICU MessageFormat). */
export function t(key: MessageKey, values?: Values): string {
  const tag = language;
  let format = formats.get(key);
  if (!format) {
    format = compile(key, tag);
    formats.set(key, format);
  }
  return format(values);
}

function compile(key: MessageKey, tag: string): (values?: Values) => string {
  const text = languages[tag]?.[key] ?? en[key];
  if (tag === pseudoLanguage) {
    const format = new IntlMessageFormat(pseudo(parsed(en[key])), 'en');
    return (values) => String(format.format(values));
  }
  if (!/[{'<]/.test(text)) return () => text;
  const format = new IntlMessageFormat(text, tag, undefined, { ignoreTag: true });
  return (values) => String(format.format(values));
}

function parsed(text: string): MessageFormatElement[] {
  return new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();
}
