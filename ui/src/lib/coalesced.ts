/** About one frame: what happens within it is read once. */
const frame = 16;
/** A reading that took long is not begun again before this many times as long, so that the page stays free. */
const restFactor = 2;
const longestRest = 2_000;

/**
 * Reads again when asked, however often it is asked: once per frame, one at a time, and at a distance that grows with
 * what a reading costs. Nothing asked for is forgotten: a wish during a reading leads to another one.
 */
export class Coalesced {
  #read: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #wanted = false;
  #rest = frame;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** Something changed. */
  want(): void {
    this.#wanted = true;
    if (this.#reading || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), this.#rest);
  }

  /** Forgets what was wanted. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = false;
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#wanted = false;
    this.#reading = true;
    const begun = performance.now();
    try {
      await this.#read();
    } finally {
      this.#reading = false;
      this.#rest = Math.min(longestRest, Math.max(frame, (performance.now() - begun) * restFactor));
      if (this.#wanted) this.want();
    }
  }
}
