import { byAlphabet, lowered } from '../lib/alphabet';
import type { Occupant, Role } from '../lib/contract';

/** What the list of a room’s people shows, one above the other. */
export type PersonRow = { kind: 'heading'; key: string; role: Role; count: number } | { kind: 'person'; key: string; person: Occupant; me: boolean };

export const personHeight = { heading: 32, person: 48 } as const;

const order: Role[] = ['moderator', 'participant', 'visitor'];

/** By role, the most powerful first, then by nick; only those whose nick or address holds the words. */
export function personRows(others: Occupant[], me: Occupant | null, words: string): PersonRow[] {
  const wanted = words.trim().toLocaleLowerCase();
  const holds = ({ nick, jid }: Occupant) => lowered(nick).includes(wanted) || (jid?.includes(wanted) ?? false);
  const all = (me ? [...others, me] : others).filter(holds);
  all.sort((a, b) => byAlphabet(a.nick, b.nick) || (a.nick < b.nick ? -1 : Number(a.nick > b.nick)));
  const byRole = new Map<Role, Occupant[]>(order.map((role) => [role, []]));
  for (const one of all) byRole.get(one.role)?.push(one);
  return order.flatMap((role) => {
    const people = byRole.get(role) ?? [];
    if (people.length === 0) return [];
    const heading: PersonRow = { kind: 'heading', key: `heading ${role}`, role, count: people.length };
    return [heading, ...people.map((person): PersonRow => ({ kind: 'person', key: `person ${person.nick}`, person, me: person === me }))];
  });
}
