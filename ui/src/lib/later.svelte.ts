import type { Component } from 'svelte';

const all: { come(): Promise<void> }[] = [];

/**
 * A part of the page that the first list does not need. It is read from the program when somebody looks at it, so that
 * the list is there sooner and an open window holds no more than what was used.
 */
export class Later<Props extends Record<string, unknown> = Record<string, never>> {
  #part = $state.raw<Component<Props> | null>(null);
  #coming: Promise<void> | null = null;
  readonly #read: () => Promise<{ default: Component<Props> }>;

  constructor(read: () => Promise<{ default: Component<Props> }>) {
    this.#read = read;
    all.push(this);
  }

  /** The part, once it is here; who asks has it brought. */
  get part(): Component<Props> | null {
    if (this.#part === null) void this.come();
    return this.#part;
  }

  /** The part, if it is here; asks for nothing. */
  get here(): Component<Props> | null {
    return this.#part;
  }

  /** Is done when the part is here. What could not be read is tried again when it is asked for again. */
  come(): Promise<void> {
    this.#coming ??= this.#read().then(
      (read) => void (this.#part = read.default),
      (error: unknown) => {
        this.#coming = null;
        throw error;
      },
    );
    return this.#coming;
  }
}

/** Is done when all parts are here. */
export async function allParts(): Promise<void> {
  await Promise.all(all.map((later) => later.come()));
}
