import type { Standing, RequestsView } from '../lib/contract';

class Requests {
  all = $state.raw<RequestsView>({ contacts: [], strangers: [], invites: [], left_out: 0 });
  count = $derived(this.all.contacts.length + this.all.strangers.length + this.all.invites.length + this.all.left_out);

  take(standing: Standing): void {
    this.all = standing.requests;
  }
}

export const requests = new Requests();
