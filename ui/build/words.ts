import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';

/**
 * Serves `LANGUAGE.json?words`: the messages, taken to pieces (ICU MessageFormat), so that the page needs no parser and
 * nothing is parsed while it starts. What nothing is filled into stays the text that it is.
 */
export function words(): Plugin {
  return {
    name: 'carillon-words',
    enforce: 'pre',
    transform: {
      filter: { id: /\.json\?words$/ },
      handler(json, id) {
        const messages = Object.entries(JSON.parse(json) as Record<string, string>);
        const words = Object.fromEntries(messages.map(([key, text]) => [key, pieces(text, `${id}: ${key}`)]));
        // JSON is read several times as fast as a program that says the same.
        return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(words))})`, moduleType: 'js', map: null };
      },
    },
    // What formats the messages can take texts too, which would bring the parser after all.
    resolveId: {
      filter: { id: /^@formatjs\/icu-messageformat-parser$/ },
      handler(id, importer) {
        if (!importer?.includes('/intl-messageformat/')) return;
        return this.resolve(`${id}/no-parser.js`, importer, { skipSelf: true });
      },
    },
  };
}

function pieces(text: string, where: string): unknown {
  if (!/[{'<]/.test(text)) return text;
  try {
    return parse(text, { ignoreTag: true });
  } catch (error) {
    throw new Error(`${where} is no message: ${text}`, { cause: error });
  }
}
