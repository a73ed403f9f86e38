import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';
import { emoji } from './build/emoji.ts';
import { icons } from './build/icons.ts';
import { inFiles } from './build/start.ts';
import { words } from './build/words.ts';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));
const files = inFiles({ first: source('first.ts'), start: source('main.ts'), widgets: source('parts/widgets.ts') });

export default defineConfig({
  plugins: [words(), icons(), svelte(), svelteTesting(), emoji()],
  build: {
    // The oldest engine that a desktop brings: WebKitGTK 2.42 speaks Safari 17's language.
    target: 'safari17',
    // A data: URL for a picture would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    rolldownOptions: {
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: files }] } },
    },
  },
  json: { stringify: true },
  server: { fs: { allow: ['..'] } },
  test: {
    environment: 'happy-dom',
    // Threads start faster than processes, and a test file has a page of its own in both.
    pool: 'threads',
    include: ['tests/**/*.test.ts'],
    // Elsewhere styles are left out: the palette is read by a test.
    css: { include: [/tokens\.css/] },
    setupFiles: ['tests/setup.ts'],
    // Longer than what a test waits for, so that it can say what it waited for.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
