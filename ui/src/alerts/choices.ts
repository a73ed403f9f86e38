import { t } from '../i18n/index.svelte';
import type { Row } from '../lib/contract';
import { ask, asRefused } from '../lib/link';
import { pickFile } from '../state/picking';
import { rules } from '../state/rules.svelte';
import { settings } from '../state/settings.svelte';
import { toasts } from '../state/toasts.svelte';
import { eventWords, iconWords, soundWords } from '../words/alerts';
import { refusalWords } from '../words/refusal';

export type Choice = readonly [value: string, words: string];

/** What leads to a file of one’s own. */
const pick = 'pick';

/** A value in force that is in no list: a file of one’s own, or of a pack that is gone. */
function unlisted(value: string, known: readonly Choice[], words: (value: string) => string): Choice[] {
  return /^(file|pack):/.test(value) && !known.some(([choice]) => choice === value) ? [[value, words(value)]] : [];
}

/** The sounds of the packs, each with its pack’s name. A pack may mean one sound for several events: then it is named by the first. */
function packed(): Choice[] {
  const named = new Map<string, string>();
  for (const pack of rules.packs ?? []) {
    for (const { event, sound } of pack.sounds) {
      if (!named.has(sound)) named.set(sound, t('pack.sound', { pack: pack.name, event: eventWords(event) }));
    }
  }
  return [...named];
}

export function soundChoices(now: string): Choice[] {
  const builtIn = (settings.alerts?.sounds ?? []).map((name) => [`builtin:${name}`, soundWords(`builtin:${name}`)] as const);
  const packs = packed();
  const others = packs.filter(([value]) => !builtIn.some(([known]) => known === value));
  return [['none', soundWords('none')], ...builtIn, ...others, ...unlisted(now, others, soundWords), [pick, t('alerts.pick_sound')]];
}

export function iconChoices(now: string): Choice[] {
  const builtIn = (settings.alerts?.icons ?? []).map((name) => [`builtin:${name}`, iconWords(`builtin:${name}`)] as const);
  return [['avatar', iconWords('avatar')], ...builtIn, ...unlisted(now, builtIn, iconWords), [pick, t('alerts.pick_icon')]];
}

/** The change that a choice stands for. A file is checked before it is kept: a sound that cannot be played is found out here, not at night. */
export async function chosen(what: 'sound' | 'icon', value: string): Promise<Partial<Row> | null> {
  if (value !== pick) return { [what]: value };
  try {
    const path = await pickFile({ kind: what });
    if (path === null) return null;
    await ask(what === 'sound' ? 'check_sound' : 'check_icon', { path });
    return { [what]: `file:${path}` };
  } catch (error) {
    const refused = asRefused(error);
    toasts.say(refusalWords(refused.code), refused.message);
    return null;
  }
}
