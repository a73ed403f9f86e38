/** A choice that is about this window’s look alone, and is kept in the page’s own storage. */
export class Kept<T extends boolean | string> {
  #key: string;
  #value = $state.raw() as T;

  constructor(key: string, begin: T) {
    this.#key = key;
    this.#value = read(key, begin);
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // It holds until the window is closed.
    }
  }
}

function read<T>(key: string, begin: T): T {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof kept === typeof begin ? (kept as T) : begin;
  } catch {
    return begin;
  }
}
