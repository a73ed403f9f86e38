import { t, type MessageKey } from '../i18n/index.svelte';
import type { PackProblem, RefusalCode, SessionProblem } from '../lib/contract';

const packs = {
  unreadable: 'refusal.bad_pack.unreadable',
  not_a_sound: 'refusal.bad_pack.not_a_sound',
  too_long: 'refusal.bad_pack.too_long',
  too_big: 'refusal.bad_pack.too_big',
  outside_the_pack: 'refusal.bad_pack.outside_the_pack',
  unknown_event: 'refusal.bad_pack.unknown_event',
  too_many: 'refusal.bad_pack.too_many',
  no_pack: 'refusal.bad_pack.no_pack',
} as const satisfies Record<PackProblem, MessageKey>;

/** Why a command was not carried out, and what to do about it. */
export function refusalWords(code: RefusalCode): string {
  switch (code.kind) {
    case 'bad_address':
      return t('refusal.bad_address');
    case 'account_exists':
      return t('refusal.account_exists');
    case 'gone':
      return t('refusal.gone');
    case 'session':
      return problemWords(code.problem);
    case 'registration_not_offered':
      return t('refusal.registration_not_offered');
    case 'name_taken':
      return t('refusal.name_taken');
    case 'registration_elsewhere':
      return code.url ? t('refusal.registration_elsewhere', { url: code.url }) : t('refusal.registration_elsewhere_unnamed');
    case 'registration_refused':
      return t('refusal.registration_refused');
    case 'registration_later':
      return t('refusal.registration_later');
    case 'bad_invitation':
      return t('refusal.bad_invitation');
    case 'no_keyring':
      return t('refusal.no_keyring');
    case 'not_connected':
      return t('refusal.not_connected');
    case 'refused_by_server':
      return t('refusal.refused_by_server');
    case 'not_permitted':
      return t('refusal.not_permitted');
    case 'needs_owner':
      return t('refusal.needs_owner');
    case 'too_often':
      return code.seconds === null ? t('refusal.too_often') : t('refusal.too_often_for', { n: code.seconds });
    case 'bad_search':
      return t('refusal.bad_search');
    case 'bad_proxy':
      return t('refusal.bad_proxy');
    case 'not_there':
      return t('refusal.not_there');
    case 'somebody_else':
      return t('refusal.somebody_else');
    case 'bad_text':
      return t('refusal.bad_text');
    case 'bad_file':
      return t('refusal.bad_file');
    case 'no_microphone':
      return t('refusal.no_microphone');
    case 'not_playable':
      return t('refusal.not_playable');
    case 'bad_rules':
      return t('refusal.bad_rules');
    case 'bad_pack':
      return t(packs[code.why]);
    case 'storage':
      return t('refusal.storage');
    case 'link_lost':
      return t('refusal.link_lost');
    case 'internal':
      return t('refusal.internal');
  }
}

/** Why a session could not be had or was lost, and what to do about it. */
export function problemWords(problem: SessionProblem): string {
  switch (problem.kind) {
    case 'unreachable':
      return t('problem.unreachable');
    case 'not_xmpp':
      return t('problem.not_xmpp');
    case 'certificate':
      return t('problem.certificate', { domain: problem.domain });
    case 'password_refused':
      return t('problem.password_refused');
    case 'server_not_proven':
      return t('problem.server_not_proven');
    case 'no_safe_mechanism':
      return t('problem.no_safe_mechanism');
    case 'downgraded':
      return t('problem.downgraded', { before: problem.before });
    case 'account_refused':
      return t('problem.account_refused');
    case 'replaced':
      return t('problem.replaced');
    case 'lost':
      return t('problem.lost');
    case 'protocol':
      return t('problem.protocol');
    case 'not_encrypted':
      return t('problem.not_encrypted');
  }
}
