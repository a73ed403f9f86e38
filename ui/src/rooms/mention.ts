/** The word before the caret that a nick may be meant by. */
export interface Begun {
  from: number;
  to: number;
  /** What was typed of the nick, without the sign. */
  part: string;
  /** It begins with `@`: somebody is meant for certain. */
  signed: boolean;
}

/** So many are offered. */
const most = 8;
/** No nick that is completed is longer. */
const longest = 60;

/** What was begun before the caret; `null` where no word ends there. */
export function begun(text: string, caret: number): Begun | null {
  const before = text.slice(Math.max(0, caret - longest), caret);
  const found = /(^|[\s(“„"'])(@?)([^\s@]*)$/u.exec(before);
  if (!found) return null;
  const [, , sign = '', part = ''] = found;
  if (!sign && !part) return null;
  return { from: caret - sign.length - part.length, to: caret, part, signed: sign !== '' };
}

/** Those who may be meant: first whose nick begins so, then who are called so further on. */
export function meant(nicks: string[], part: string): string[] {
  const wanted = part.toLocaleLowerCase();
  const begins = (nick: string) => nick.toLocaleLowerCase().startsWith(wanted);
  const later = (nick: string) => nick.toLocaleLowerCase().split(/[\s._-]+/u).slice(1).some((word) => word.startsWith(wanted));
  const first = nicks.filter(begins);
  return [...first, ...nicks.filter((nick) => !begins(nick) && wanted !== '' && later(nick))].slice(0, most);
}

/** The text with the nick in it, and where the caret then stands. Who begins with a nick speaks to somebody. */
export function withNick(text: string, { from, to }: Begun, nick: string): { text: string; caret: number } {
  const said = from === 0 ? `${nick}: ` : `${nick} `;
  const rest = text.slice(to).replace(/^ /u, '');
  return { text: text.slice(0, from) + said + rest, caret: from + said.length };
}
