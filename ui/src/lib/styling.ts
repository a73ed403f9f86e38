/** What a text’s marks mean (XEP-0393 1.1.1). Joined again, all texts of the parts are the text, character for character. */
export type Styled =
  /** May hold links. */
  | { kind: 'text'; text: string }
  /** Shown as it is written. */
  | { kind: 'raw'; text: string }
  /** What stands behind the opening of a block of code. */
  | { kind: 'tag'; text: string }
  /** What makes a style, `unseen` where the style shows enough. */
  | { kind: 'mark'; text: string; unseen: boolean }
  | { kind: 'strong' | 'emphasis' | 'strike' | 'mono'; parts: Styled[] }
  | { kind: 'quote' | 'code'; parts: Styled[] };

/** A line of the text: `start` with the marks of the quotes around it, `from` without, `to` without the line break. */
interface Row {
  start: number;
  from: number;
  to: number;
  end: number;
}

type Span = 'strong' | 'emphasis' | 'strike' | 'mono';

const spans: Record<string, Span> = { '*': 'strong', _: 'emphasis', '~': 'strike', '`': 'mono' };
const fence = '```';
const white = /[\p{White_Space}\p{Z}]/u;
/** More quotes in each other leave no room for words. */
const deepest = 8;
/** A text that would be more parts than these is shown as it is written: only malice has so many. */
const most = 2_000;

/** Cuts a text into its styles, in time that grows with its length. An `action` (XEP-0245) begins with no block: it stands behind `/me`. */
export function styled(text: string, action = false): Styled[] {
  const parts = new Reading(text).blocks(rows(text), 0, action);
  return parts ?? plain(text);
}

/** A text that is shown as it is written, as its author wishes (§6). */
export function plain(text: string): Styled[] {
  return [{ kind: 'text', text }];
}

function rows(text: string): Row[] {
  const found: Row[] = [];
  for (let start = 0; start < text.length; ) {
    const at = text.indexOf('\n', start);
    const to = at < 0 ? text.length : at;
    const end = at < 0 ? to : at + 1;
    found.push({ start, from: start, to, end });
    start = end;
  }
  return found;
}

class Reading {
  readonly #text: string;
  #count = 0;
  /** Where the next of each mark that may close a span stands; each is looked for once in a line. */
  #closing: Record<string, number> = {};

  constructor(text: string) {
    this.#text = text;
  }

  /** The blocks of some lines (§5.1); `null` if they are too many parts. */
  blocks(lines: Row[], depth: number, action: boolean): Styled[] | null {
    const into: Styled[] = [];
    for (let at = 0; at < lines.length; ) {
      const line = lines[at]!;
      const plain = action && at === 0;
      let next = at + 1;
      if (!plain && depth < deepest && this.#quoted(line)) {
        while (next < lines.length && this.#quoted(lines[next]!)) next += 1;
        const parts = this.blocks(lines.slice(at, next).map((row) => this.#within(row)), depth + 1, false);
        if (!parts) return null;
        this.#push(into, { kind: 'quote', parts });
      } else if (!plain && this.#text.startsWith(fence, line.from)) {
        while (next < lines.length && !this.#closes(lines[next]!)) next += 1;
        next = Math.min(next + 1, lines.length);
        this.#push(into, { kind: 'code', parts: this.#code(lines.slice(at, next)) });
      } else {
        this.#unseen(into, line.start, line.from);
        this.#closing = {};
        this.#spans(into, line.from, line.to, line.to);
        this.#push(into, { kind: 'text', text: this.#text.slice(line.to, line.end) });
      }
      if (this.#count > most) return null;
      at = next;
    }
    return into;
  }

  #quoted(line: Row): boolean {
    return line.from < line.to && this.#text[line.from] === '>';
  }

  #within(line: Row): Row {
    const from = line.from + 1;
    return { ...line, from: from < line.to && white.test(this.#text[from]!) ? from + 1 : from };
  }

  #closes(line: Row): boolean {
    return line.to - line.from === fence.length && this.#text.startsWith(fence, line.from);
  }

  /** A block of code (§5.1.2). One without a line of code shows its marks: there is nothing else. */
  #code(lines: Row[]): Styled[] {
    const into: Styled[] = [];
    const [opening, ...rest] = lines as [Row, ...Row[]];
    const closed = rest.length > 0 && this.#closes(rest.at(-1)!);
    const bare = rest.length === (closed ? 1 : 0);
    const tagged = opening.from + fence.length < opening.to;
    this.#unseen(into, opening.start, opening.from);
    this.#push(into, { kind: 'mark', text: this.#text.slice(opening.from, tagged ? opening.from + fence.length : opening.end), unseen: !bare });
    if (tagged) this.#push(into, { kind: 'tag', text: this.#text.slice(opening.from + fence.length, opening.end) });
    rest.forEach((line, i) => {
      this.#unseen(into, line.start, line.from);
      const last = closed && i === rest.length - 1;
      const text = this.#text.slice(line.from, line.end);
      this.#push(into, last ? { kind: 'mark', text, unseen: !bare } : { kind: 'raw', text });
    });
    return into;
  }

  /** The spans between two places of a line that ends at `stop` (§5.2). */
  #spans(into: Styled[], from: number, to: number, stop: number): void {
    const text = this.#text;
    let written = from;
    let at = from;
    while (at + 2 < to) {
      const mark = text[at]!;
      const kind = spans[mark];
      if (!kind || (at > from && !white.test(text[at - 1]!))) {
        at += 1;
      } else if (text[at + 1] === mark) {
        // With nothing between them neither is a mark.
        at += 2;
      } else {
        const close = white.test(text[at + 1]!) ? to : this.#close(mark, at + 2, stop);
        if (close >= to) {
          at += 1;
          continue;
        }
        this.#push(into, { kind: 'text', text: text.slice(written, at) });
        const parts: Styled[] = [{ kind: 'mark', text: mark, unseen: false }];
        if (kind === 'mono') parts.push({ kind: 'raw', text: text.slice(at + 1, close) });
        else this.#spans(parts, at + 1, close, stop);
        parts.push({ kind: 'mark', text: mark, unseen: false });
        this.#push(into, { kind, parts });
        written = at = close + 1;
      }
    }
    this.#push(into, { kind: 'text', text: text.slice(written, to) });
  }

  #close(mark: string, from: number, stop: number): number {
    const known = this.#closing[mark];
    if (known !== undefined && known >= from) return known;
    let at = this.#text.indexOf(mark, from);
    while (at >= 0 && at < stop && white.test(this.#text[at - 1]!)) at = this.#text.indexOf(mark, at + 1);
    return (this.#closing[mark] = at < 0 || at >= stop ? Infinity : at);
  }

  #unseen(into: Styled[], from: number, to: number): void {
    if (to > from) this.#push(into, { kind: 'mark', text: this.#text.slice(from, to), unseen: true });
  }

  /** Puts a part behind the others; words beside words are one part. */
  #push(into: Styled[], part: Styled): void {
    const last = into.at(-1);
    if ('text' in part && part.text === '') return;
    if ((part.kind === 'text' || part.kind === 'raw') && last?.kind === part.kind) {
      last.text += part.text;
      return;
    }
    this.#count += 1;
    into.push(part);
  }
}
