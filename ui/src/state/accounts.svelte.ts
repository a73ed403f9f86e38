import type { AccountId, AccountView, Standing } from '../lib/contract';

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

  /** Those that wait for the user, or whose connection failed. */
  troubled = $derived(
    this.all.filter(
      ({ enabled, connection }) =>
        enabled && (connection.kind === 'stopped' || connection.kind === 'needs_password' || connection.kind === 'waiting'),
    ),
  );
}

export const accounts = new Accounts();
