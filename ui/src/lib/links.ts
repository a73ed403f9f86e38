import { LinkifyIt } from 'linkify-it';

/** Where a text leads, or only a text. */
export interface Piece {
  text: string;
  href?: string;
}

const finder = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: false })
  .add('ftp:', null)
  .add('//', null)
  .add('xmpp:', {
    validate: (text, pos) => /^[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}]/.exec(text.slice(pos))?.[0].length ?? 0,
  });

const opened = new Set(['https:', 'http:', 'mailto:', 'xmpp:']);
/** The resident keeps at most 20,000 characters; a link of more than these is nobody’s to read. */
const longest = 8_000;

/** Cuts a message’s text at its links. Joined again, the pieces are the text, character for character. */
export function pieces(text: string): Piece[] {
  const matches = finder.match(text) ?? [];
  const cut: Piece[] = [];
  let at = 0;
  for (const match of matches) {
    const href = harmless(match.schema === '' ? match.url.replace(/^http:/, 'https:') : match.url);
    if (!href) continue;
    if (match.index > at) cut.push({ text: text.slice(at, match.index) });
    cut.push({ text: text.slice(match.index, match.lastIndex), href });
    at = match.lastIndex;
  }
  if (at < text.length || cut.length === 0) cut.push({ text: text.slice(at) });
  return cut;
}

/** The address, if it may be opened: of a known kind, and without a user name that makes one site look like another. */
export function harmless(address: string): string | null {
  if (address.length > longest || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (!opened.has(url.protocol)) return null;
  if ((url.protocol === 'https:' || url.protocol === 'http:') && (url.username || url.password)) return null;
  return url.href;
}
