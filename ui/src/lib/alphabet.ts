/**
 * The order of the alphabet, for thousands of names at once. The system's own comparison takes microseconds, so names of
 * plain letters and digits are compared by keys that are made once, and that say the same.
 */
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
/** Languages whose alphabet has the plain letters in their usual order, each for itself. */
const usual = ['de', 'en', 'es', 'fr', 'it', 'nl', 'pt'];
const hasKeys = usual.includes(collator.resolvedOptions().locale.split('-')[0]!);

const plain = /^[A-Za-z0-9 ]*$/;
/** So many digits a key can tell. */
const longestNumber = 40;
/** Names of which more is known than the lists of anybody hold begin anew. */
const most = 100_000;

interface Known {
  lower: string;
  /** `null`: only the system knows where it stands. */
  key: string | null;
}

const known = new Map<string, Known>();

/** As `Intl.Collator` without case and accents, and with numbers by their value. */
export function byAlphabet(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [of(a).key, of(b).key];
  if (left === null || right === null) return collator.compare(a, b);
  return left < right ? -1 : Number(left > right);
}

/** The name in small letters. */
export function lowered(name: string): string {
  return of(name).lower;
}

function of(name: string): Known {
  let found = known.get(name);
  if (!found) {
    if (known.size >= most) known.clear();
    found = { lower: name.toLocaleLowerCase(), key: keyOf(name) };
    known.set(name, found);
  }
  return found;
}

/** Spaces stand before digits, and those before letters; a number stands behind every number with fewer digits. */
function keyOf(name: string): string | null {
  if (!hasKeys || !plain.test(name)) return null;
  const numbers = name.match(/\d+/g) ?? [];
  if (numbers.some(({ length }) => length > longestNumber)) return null;
  return name.toLowerCase().replace(/\d+/g, (digits) => {
    const value = digits.replace(/^0+/, '');
    return String.fromCharCode(0x30 + value.length) + value;
  });
}
