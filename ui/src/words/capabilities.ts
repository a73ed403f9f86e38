import { t, type MessageKey } from '../i18n/index.svelte';
import type { Ability, AbilityReason, LeftOut, PackProblem } from '../lib/contract';

const abilities = {
  popup: 'ability.popup',
  popup_buttons: 'ability.popup_buttons',
  popup_reply: 'ability.popup_reply',
  sound: 'ability.sound',
  tray: 'ability.tray',
  attention: 'ability.attention',
  speech: 'ability.speech',
  do_not_disturb: 'ability.do_not_disturb',
  locked: 'ability.locked',
  full_screen: 'ability.full_screen',
  shared: 'ability.shared',
  idle: 'ability.idle',
} as const satisfies Record<Ability, MessageKey>;

const reasons = {
  no_notification_service: 'ability.no_notification_service',
  service_lacks_it: 'ability.service_lacks_it',
  no_tray: 'ability.no_tray',
  no_sound_device: 'ability.no_sound_device',
  no_speech: 'ability.no_speech',
  desktop_does_not_tell: 'ability.desktop_does_not_tell',
  system_does_not_tell: 'ability.system_does_not_tell',
  not_tried_yet: 'ability.not_tried_yet',
  no_bus: 'ability.no_bus',
} as const satisfies Record<AbilityReason, MessageKey>;

const problems = {
  unreadable: 'pack.unreadable',
  not_a_sound: 'pack.not_a_sound',
  too_long: 'pack.too_long',
  too_big: 'pack.too_big',
  outside_the_pack: 'pack.outside_the_pack',
  unknown_event: 'pack.unknown_event',
  too_many: 'pack.too_many',
  no_pack: 'pack.no_pack',
} as const satisfies Record<PackProblem, MessageKey>;

export const abilityWords = (ability: Ability): string => t(abilities[ability]);
export const reasonWords = (reason: AbilityReason): string => t(reasons[reason]);
export const packProblemWords = (problem: PackProblem): string => t(problems[problem]);

/** Rules that an import leaves out. */
export function leftOutWords(left: LeftOut): string {
  switch (left.kind) {
    case 'too_many':
      return t('import.too_many', { what: left.what, n: left.left_out, kept: left.kept });
    case 'bad_text':
      return t('import.bad_text', { what: left.what });
    case 'twice':
      return t('import.twice', { what: left.what });
  }
}
