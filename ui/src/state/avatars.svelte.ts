import { SvelteMap } from 'svelte/reactivity';
import { ask } from '../lib/link';

/** So many pictures are kept, each with some 36 KiB of pixels; those that were wanted longest ago go first. */
const most = 256;
/** So many are asked for at once. */
const atOnce = 64;

/** Makes pixels of a picture; not from an address, which the page may not load. */
export type Unpack = (png: Blob) => Promise<CanvasImageSource>;

const unpack: Unpack = (png) => createImageBitmap(png);

/** The pictures that are on screen or were a moment ago, by their hashes. Whatever is shown is asked for by itself. */
export class Avatars {
  #known = new SvelteMap<string, CanvasImageSource | null>();
  #wanted = new Set<string>();
  #unpack: Unpack;

  constructor(how: Unpack = unpack) {
    this.#unpack = how;
  }

  /** The picture, once it is there; `null`: it is not to be had. */
  get(hash: string): CanvasImageSource | null | undefined {
    const known = this.#known.get(hash);
    if (known === undefined && !this.#wanted.has(hash)) {
      if (this.#wanted.size === 0) queueMicrotask(() => void this.#fetch());
      this.#wanted.add(hash);
    }
    return known;
  }

  async #fetch(): Promise<void> {
    const hashes = [...this.#wanted];
    for (let from = 0; from < hashes.length; from += atOnce) {
      await this.#read(hashes.slice(from, from + atOnce));
    }
    // More may have been wanted meanwhile.
    for (const hash of hashes) this.#wanted.delete(hash);
    if (this.#wanted.size > 0) await this.#fetch();
  }

  async #read(hashes: string[]): Promise<void> {
    try {
      const found = await ask('avatars', { hashes });
      for (const { hash, png } of found) this.#keep(hash, await this.#unpack(blobOf(png)));
      for (const hash of hashes) if (!found.some((one) => one.hash === hash)) this.#keep(hash, null);
    } catch {
      // Initials stand for them until the window is opened again.
      for (const hash of hashes) if (!this.#known.has(hash)) this.#keep(hash, null);
    }
  }

  #keep(hash: string, picture: CanvasImageSource | null): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= most && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(hash, picture);
  }
}

function blobOf(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' });
}

export const avatars = new Avatars();
