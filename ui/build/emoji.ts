import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const prefix = 'virtual:emoji/';
const require = createRequire(import.meta.url);

interface Entry {
  emoji: string;
  annotation: string;
  tags?: string[];
  group: number;
  order: number;
  version: number;
}

/** Newer ones are drawn as boxes by fonts of the systems that Carillon supports. */
const newestDrawn = 15;

/**
 * Serves `virtual:emoji/LANGUAGE`: per group, the emoji with its name and search words in one string. Only what the
 * picker shows is left of the data, a fifth of its size; nothing is fetched from anywhere.
 */
export function emoji(): Plugin {
  return {
    name: 'carillon-emoji',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return;
      const language = id.slice(prefix.length + 1);
      const path = require.resolve(`emoji-picker-element-data/${language}/cldr/data.json`);
      const entries = JSON.parse(readFileSync(path, 'utf8')) as Entry[];
      const groups: Record<number, [string, string, string][]> = {};
      for (const entry of entries.sort((a, b) => a.order - b.order)) {
        if (entry.version > newestDrawn || entry.group === undefined) continue;
        (groups[entry.group] ??= []).push([entry.emoji, entry.annotation, (entry.tags ?? []).join(' ')]);
      }
      return `export default ${JSON.stringify(groups)}`;
    },
  };
}
