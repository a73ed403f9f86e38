import type { Overview, RequestsView } from '../lib/contract';

class Requests {
  all = $state.raw<RequestsView>({ contacts: [], strangers: [], invites: [] });
  count = $derived(this.all.contacts.length + this.all.strangers.length + this.all.invites.length);

  take(overview: Overview): void {
    this.all = overview.requests;
  }
}

export const requests = new Requests();
