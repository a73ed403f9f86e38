import { t } from '../i18n/index.svelte';
import type { Affiliation, Message, Moderation, Occupant, Role, RoomView } from '../lib/contract';

const rank: Record<Affiliation, number> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };
const power: Record<Role, number> = { visitor: 0, participant: 1, moderator: 2 };

/** What I may do with somebody in a room, as the resident judges it too (XEP-0045 §5). */
export function allowed(me: Occupant | null, other: Occupant): Moderation[] {
  if (!me || me.role !== 'moderator' || me.nick === other.nick) return [];
  const acts: Moderation[] = [];
  const reaches = rank[other.affiliation] <= rank[me.affiliation];
  if (reaches && other.role === 'visitor') acts.push('grant_voice');
  if (reaches && power[other.role] === power.participant) acts.push('revoke_voice');
  if (reaches) acts.push('kick');
  if (rank[me.affiliation] >= rank.admin && rank[other.affiliation] < rank[me.affiliation] && other.jid !== null) acts.push('ban');
  return acts;
}

/** Whether I may take somebody’s message in a room back for everybody (XEP-0425). */
export function moderatable({ author, retracted }: Message, room: RoomView | null): boolean {
  return author.kind === 'occupant' && !retracted && room?.state.kind === 'joined' && room.about.moderates && room.me?.role === 'moderator';
}

export function moderationWords(act: Moderation, nick: string): { menu: string; title: string; text: string; confirm: string } {
  switch (act) {
    case 'kick':
      return { menu: t('rooms.kick'), title: t('rooms.kick_title', { nick }), text: t('rooms.kick_text'), confirm: t('rooms.kick') };
    case 'ban':
      return { menu: t('rooms.ban'), title: t('rooms.ban_title', { nick }), text: t('rooms.ban_text'), confirm: t('rooms.ban') };
    case 'grant_voice':
      return { menu: t('rooms.grant_voice'), title: t('rooms.grant_voice_title', { nick }), text: '', confirm: t('rooms.grant_voice') };
    case 'revoke_voice':
      return { menu: t('rooms.revoke_voice'), title: t('rooms.revoke_voice_title', { nick }), text: t('rooms.revoke_voice_text'), confirm: t('rooms.revoke_voice') };
  }
}
