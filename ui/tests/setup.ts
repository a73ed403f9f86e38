import { configure } from '@testing-library/svelte';
import { beforeEach } from 'vitest';
import { setLanguage } from '../src/i18n/index.svelte';

// Of itself it waits for one second, which a machine that is busy with much else may take.
configure({ asyncUtilTimeout: 30_000 });

/** happy-dom lays nothing out; the virtual list then shows nothing unless elements have a size. */
const height = 600;
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => height },
  clientHeight: { configurable: true, get: () => height },
  offsetWidth: { configurable: true, get: () => height },
  offsetParent: { configurable: true, get: () => document.body },
});

globalThis.ResizeObserver = class {
  #seen: ResizeObserverCallback;
  constructor(seen: ResizeObserverCallback) {
    this.#seen = seen;
  }
  observe(target: Element): void {
    const contentRect = { width: height, height: target.getAttribute('role') === 'log' ? height : 40 } as DOMRectReadOnly;
    queueMicrotask(() => this.#seen([{ target, contentRect } as unknown as ResizeObserverEntry], this));
  }
  unobserve(): void {}
  disconnect(): void {}
};

beforeEach(() => setLanguage('en'));
