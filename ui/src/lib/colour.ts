import { sha1 } from '@noble/hashes/legacy.js';
import { Hsluv } from 'hsluv';

/** Calm beside others, and still told apart. */
const saturation = 75;
/** HSLuv’s lightness is CIE L*, the same for every hue: white stands on this one with a contrast of 5.5:1. */
const underWhite = 45;
/** And as words on a window’s ground, both on the lightest and the darkest that there are. */
const onLight = 42;
const onDark = 74;
/** Names are many, and most are on screen again soon. */
const most = 5_000;

export interface Colours {
  /** Under white letters. */
  ground: string;
  /** Of words, in the light theme. */
  light: string;
  /** Of words, in the dark theme. */
  dark: string;
}

const known = new Map<string, Colours>();

/** The hue of a name, in degrees (XEP-0392 §5.1): a nick as it is, a bare address as the resident writes it. */
export function hueOf(name: string): number {
  const [low, high] = sha1(new TextEncoder().encode(name)) as unknown as [number, number];
  return ((low + 256 * high) / 65_536) * 360;
}

/** A colour of HSLuv (§5.2), as `#rrggbb`. */
export function colour(hue: number, saturation: number, lightness: number): string {
  const made = new Hsluv();
  [made.hsluv_h, made.hsluv_s, made.hsluv_l] = [hue, saturation, lightness];
  made.hsluvToHex();
  return made.hex;
}

/** The colours of a name, the same wherever it stands, and in every client that follows XEP-0392. */
export function coloursOf(name: string): Colours {
  const before = known.get(name);
  if (before) return before;
  const hue = hueOf(name);
  const colours = { ground: colour(hue, saturation, underWhite), light: colour(hue, saturation, onLight), dark: colour(hue, saturation, onDark) };
  if (known.size >= most) known.clear();
  known.set(name, colours);
  return colours;
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? name];
  return letters
    .map((word) => [...(word ?? '').replace(/^[^\p{L}\p{N}]+/u, '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}
