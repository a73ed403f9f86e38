import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import de from '../src/i18n/de.json';
import en from '../src/i18n/en.json';
import { currentLanguage, offered, setLanguage, t, type MessageKey } from '../src/i18n/index.svelte';
import { wordsOf } from '../src/i18n/words';

const sources = import.meta.glob<string>(['../src/**/*.{ts,svelte}', '!../src/lib/contract/**', '!../src/dev/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
});
const texts = Object.values(sources);
const languages = import.meta.glob<Record<string, string>>('../src/i18n/*.json', { eager: true, import: 'default' });

/** The names of what is filled in, in the order of the alphabet. */
function holes(text: string): string[] {
  const found = new Set<string>();
  const walk = (elements: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const element of elements) {
      if (element.type === 1 || element.type === 2 || element.type === 5 || element.type === 6) found.add(element.value);
      if (element.type === 5 || element.type === 6) Object.values(element.options).forEach((option) => walk(option.value));
    }
  };
  walk(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
}

describe('languages', () => {
  it('each has every message of English, and no other', () => {
    expect(Object.keys(languages)).toContain('../src/i18n/de.json');
    for (const [file, words] of Object.entries(languages)) expect(Object.keys(words).sort(), file).toEqual(Object.keys(en).sort());
  });

  it('no message stands twice: the second would take the first one’s place', () => {
    const files = import.meta.glob<string>('../src/i18n/*.json', { eager: true, query: '?raw', import: 'default' });
    for (const [file, text] of Object.entries(files)) {
      const keys = [...text.matchAll(/^\s*"([^"]+)":/gm)].map((match) => match[1]!);
      expect(keys.length, file).toBeGreaterThan(1000);
      expect(keys.filter((key, at) => keys.indexOf(key) !== at), file).toEqual([]);
    }
  });

  it('all fill in the same values', () => {
    for (const words of Object.values(languages)) {
      for (const key of Object.keys(en) as MessageKey[]) expect(holes(words[key]!), key).toEqual(holes(en[key]));
    }
  });

  it('every message is used, and every one that is used is there', () => {
    const all = texts.join('\n');
    const unused = Object.keys(en).filter((key) => !all.includes(`'${key}'`));
    expect(unused).toEqual([]);
    const asked = [...all.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1]!);
    expect(asked.filter((key) => !(key in en))).toEqual([]);
    expect(asked.length).toBeGreaterThan(200);
  });

  it('nothing that is read stands in the code', () => {
    const readable = /(?:^|\s)(?:placeholder|title|aria-label|alt|label)="([^"{]*[A-Za-z]{3,}[^"{]*)"/g;
    const allowed = new Set(['wss://example.org/xmpp-websocket', 'socks5://127.0.0.1:9050']);
    const found = texts.flatMap((text) => [...text.matchAll(readable)].map((match) => match[1]!));
    expect(found.filter((text) => !allowed.has(text))).toEqual([]);
  });

  it('nothing is ever put into the page as markup', () => {
    for (const text of texts) expect(text).not.toMatch(/\{@html|innerHTML|insertAdjacentHTML|outerHTML|document\.write/);
  });

  it('numbers bend the words', async () => {
    expect([t('rail.unread', { n: 1 }), t('rail.unread', { n: 5 })]).toEqual(['1 unread message', '5 unread messages']);
    await setLanguage('de');
    expect([t('rail.unread', { n: 1 }), t('rail.unread', { n: 5 })]).toEqual(['1 ungelesene Nachricht', '5 ungelesene Nachrichten']);
  });

  it('what is counted is written in groups, as each language has them', async () => {
    const counted = [t('export.progress', { done: 1234, total: 56789 }), t('import.skipped.words', { n: 1234 }), t('import.known', { n: 1234 })];
    expect(counted).toEqual(['1,234 of 56,789 messages', '1,234 left out: they have no words, or too many.', '1,234 were here already.']);
    await setLanguage('de');
    expect(t('contacts.progress', { done: 1234, total: 56789 })).toBe('1.234 von 56.789 Kontakten');
  });

  it('a tag with a region finds its language, an unknown one English', async () => {
    await setLanguage('de_AT');
    expect(currentLanguage()).toBe('de');
    await setLanguage('tlh');
    expect(currentLanguage()).toBe('en');
  });

  it('one file is a language, and is read without a parser', async () => {
    expect(offered.map((tag) => `../src/i18n/${tag}.json`)).toEqual(Object.keys(languages));
    const words = await wordsOf('de');
    expect(words['rail.chats']).toBe(de['rail.chats']);
    expect(words['rail.unread']).toEqual(new IntlMessageFormat(de['rail.unread'], 'de', undefined, { ignoreTag: true }).getAst());
  });

  it('of two languages that are wanted at once the later one is in force', async () => {
    await Promise.all([setLanguage('de'), setLanguage('en')]);
    expect(currentLanguage()).toBe('en');
    await Promise.all([setLanguage('de'), setLanguage('en'), setLanguage('de')]);
    expect([currentLanguage(), t('rail.chats')]).toEqual(['de', de['rail.chats']]);
  });

  it('what is filled in is never read as a message', () => {
    expect(t('chat.announce', { name: '{x}', text: "<b>'{y}'</b>" })).toBe("{x} says: <b>'{y}'</b>");
  });

  it('the pseudo-language is in brackets, accented, and longer by about two fifths', async () => {
    const plain = t('bar.link_lost');
    await setLanguage('en-XA');
    const pseudo = t('bar.link_lost');
    expect(pseudo).toMatch(/^\[.*\]$/);
    expect(pseudo.length / plain.length).toBeGreaterThan(1.25);
    expect(pseudo).not.toContain('background');
    expect(t('rail.unread', { n: 3 })).toContain('3');
  });
});
