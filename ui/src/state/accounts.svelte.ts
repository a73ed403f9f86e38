import { nodeOf } from '../lib/chatref';
import type { AccountId, AccountView, Standing } from '../lib/contract';

/** How an account is called beside others. */
export interface AccountMark {
  jid: string;
  short: string;
}

/** By the name where no other has it, by the server where that tells it apart, else by the whole address. */
export function signsOf(all: { id: AccountId; jid: string }[]): Map<AccountId, AccountMark> {
  if (all.length < 2) return new Map();
  const alone = (part: (jid: string) => string, jid: string) => all.filter((other) => part(other.jid) === part(jid)).length === 1;
  const server = (jid: string) => jid.slice(jid.indexOf('@') + 1);
  const short = (jid: string) => (alone(nodeOf, jid) ? nodeOf(jid) : alone(server, jid) ? server(jid) : jid);
  return new Map(all.map(({ id, jid }) => [id, { jid, short: short(jid) }]));
}

class Accounts {
  all = $state.raw<AccountView[]>([]);

  take(standing: Standing): void {
    this.all = standing.accounts;
  }

  get(id: AccountId): AccountView | undefined {
    return this.all.find((account) => account.id === id);
  }

  /** Whether a message sent now would leave now. */
  online(id: AccountId): boolean {
    return this.get(id)?.connection.kind === 'online';
  }

  /** What tells one from the others, as short as it can be; empty while there is only one. */
  signs = $derived(signsOf(this.all.map(({ id, jid }) => ({ id, jid }))));

  /** Those that wait for the user, or whose connection failed. */
  troubled = $derived(
    this.all.filter(
      ({ enabled, connection }) =>
        enabled && (connection.kind === 'stopped' || connection.kind === 'needs_password' || connection.kind === 'waiting'),
    ),
  );
}

export const accounts = new Accounts();
