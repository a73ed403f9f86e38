/** WebKitGTK draws a page in one piece, until something in it moves as a layer: then all of it goes through OpenGL. */
import { expect, it } from 'vitest';

const styles: Record<string, string> = import.meta.glob('../src/**/*.{css,svelte}', { query: '?raw', import: 'default', eager: true });

/** What WebKit animates in a layer of its own, or gives one in advance. */
const layered = /\b(opacity|transform|translate|rotate|scale|filter|backdrop-filter|offset-[a-z]+)\s*:/;
const promises = /\b(will-change|backdrop-filter|backface-visibility|perspective)\s*:|translate3d|translateZ|rotate3d|matrix3d/;

function blocks(text: string, head: RegExp): string[] {
  return [...text.matchAll(head)].map((found) => {
    const start = text.indexOf('{', found.index);
    let depth = 0;
    for (let at = start; at < text.length; at++) {
      if (text[at] === '{') depth++;
      if (text[at] === '}' && --depth === 0) return text.slice(start, at);
    }
    return text.slice(start);
  });
}

it('moves nothing that would need a layer', () => {
  const files = Object.entries(styles);
  expect(files.length).toBeGreaterThan(50);
  const faults = files.flatMap(([file, text]) => [
    ...blocks(text, /@keyframes\s/g).filter((block) => layered.test(block)).map((block) => `${file}: ${block}`),
    ...[...text.matchAll(/\btransition(-property)?:([^;]*);/g)]
      .filter((found) => /\b(all|opacity|transform|translate|rotate|scale|filter)\b/.test(found[2] ?? ''))
      .map((found) => `${file}: ${found[0]}`),
    ...(promises.test(text) ? [`${file}: ${promises.exec(text)?.[0]}`] : []),
  ]);
  expect(faults).toEqual([]);
});
