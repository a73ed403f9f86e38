/** Where the words that are looked for stand in a text. What counts as a word, and as the same one, is as in the index. */

/** A word or a phrase. */
export interface Part {
  /** Without case and accents. */
  words: string[];
  /** The last word may go on. */
  open: boolean;
}

export interface FoundPiece {
  text: string;
  hit: boolean;
}

const token = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const mostParts = 16;
const longestQuery = 500;
/** A text that is longer is shown without marks behind this. */
const looked = 20_000;

export function folded(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function partsOf(typed: string): Part[] {
  const parts: Part[] = [];
  const pieces = typed.slice(0, longestQuery).split(/["“”„]/);
  pieces.forEach((piece, i) => {
    const quoted = i % 2 === 1;
    for (const word of quoted ? [piece] : piece.split(/\s+/)) {
      const words = (word.match(token) ?? []).map(folded);
      if (words.length > 0) parts.push({ words, open: !quoted || i === pieces.length - 1 });
    }
  });
  return parts.slice(0, mostParts);
}

/** A text cut where the parts begin and end. */
export function foundPieces(text: string, parts: Part[]): FoundPiece[] {
  if (parts.length === 0) return [{ text, hit: false }];
  const tokens = [...text.slice(0, looked).matchAll(token)].map((match) => ({ at: match.index, end: match.index + match[0].length, word: folded(match[0]) }));
  const hits: { at: number; end: number }[] = [];
  tokens.forEach((first, i) => {
    for (const { words, open } of parts) {
      const last = words.length - 1;
      const fits = words.every((word, n) => {
        const said = tokens[i + n]?.word;
        return said === word || (n === last && open && !!said?.startsWith(word));
      });
      if (fits) hits.push({ at: first.at, end: tokens[i + last]!.end });
    }
  });
  hits.sort((a, b) => a.at - b.at || b.end - a.end);
  const cut: FoundPiece[] = [];
  let from = 0;
  for (const { at, end } of hits) {
    if (end <= from) continue;
    if (at > from) cut.push({ text: text.slice(from, at), hit: false });
    cut.push({ text: text.slice(Math.max(at, from), end), hit: true });
    from = end;
  }
  if (from < text.length) cut.push({ text: text.slice(from), hit: false });
  return cut;
}
