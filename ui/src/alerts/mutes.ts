import type { MessageKey } from '../i18n/index.svelte';
import type { MuteFor } from '../lib/contract';

/** For how long alerts can be muted, in the order of the menus. */
export const muteChoices = [
  ['30m', 'mute.half_hour'],
  ['1h', 'mute.hour'],
  ['8h', 'mute.eight_hours'],
  ['tomorrow', 'mute.tomorrow'],
  ['for_ever', 'mute.forever'],
  ['none', 'mute.lift'],
] as const satisfies [MuteFor, MessageKey][];
