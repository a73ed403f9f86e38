/**
 * Things in an order that tells any two of them apart: each is found, added and taken away by halving, however many
 * there are.
 */
export class Sorted<T> {
  readonly all: T[];
  #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number, things: T[] = []) {
    this.#compare = compare;
    this.all = things.sort(compare);
  }

  add(thing: T): void {
    this.all.splice(this.#place(thing), 0, thing);
  }

  /** Takes away what stands where `thing` does; `false`: nothing does. */
  remove(thing: T): boolean {
    const at = this.#place(thing);
    if (!this.#standsAt(at, thing)) return false;
    this.all.splice(at, 1);
    return true;
  }

  /** Puts `after` in the place of `before`, or where it then belongs. */
  replace(before: T, after: T): void {
    const at = this.#place(before);
    if (!this.#standsAt(at, before)) this.add(after);
    else if (this.#compare(before, after) === 0) this.all[at] = after;
    else {
      this.all.splice(at, 1);
      this.add(after);
    }
  }

  #standsAt(at: number, thing: T): boolean {
    return at < this.all.length && this.#compare(this.all[at]!, thing) === 0;
  }

  /** Before the first that does not come before it. */
  #place(thing: T): number {
    let from = 0;
    let to = this.all.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#compare(this.all[middle]!, thing) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
