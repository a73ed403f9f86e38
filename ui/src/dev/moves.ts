/** What a resident does about people who move, in memory. */
import type { AccountId, AccountMove, ChatRef, MoveWish, Overview, RosterSource } from '../lib/contract';

export class FakeMoves {
  roster: RosterSource = {
    path: '/home/alice/carillon-contacts.jsonl',
    accounts: [
      { account: 'alice@harbour.example', contacts: 24 },
      { account: 'alice@old.example', contacts: 3 },
    ],
    unreadable: 1,
  };

  constructor(
    readonly overview: () => Overview,
    readonly answered: (contact: ChatRef) => null,
    readonly changed: () => null,
  ) {}

  /** I have a second account. */
  another(): void {
    const { accounts } = this.overview();
    accounts.push({ ...accounts[0]!, id: 2, jid: 'alice@lighthouse.example', avatar: null, nick: '', moving: null });
  }

  sample(done: boolean): void {
    const step = (name: AccountMove['steps'][number]['step'], reached: number, total: number, failed = 0) => ({ step: name, done: reached, failed, total });
    const troubles = [{ step: 'room' as const, jid: 'choir@rooms.harbour.example', words: 'not-allowed' }];
    const steps = [step('statement', 1, 1), step('contact', done ? 24 : 9, 24), step('room', done ? 1 : 0, 2, done ? 1 : 0), step('nick', done ? 1 : 0, 1), step('card', done ? 1 : 0, 1), step('picture', done ? 1 : 0, 1)];
    this.set(1, { to: 2, state: done ? 'finished' : 'running', steps, troubles: done ? troubles : [] });
  }

  set(account: AccountId, moving: AccountMove | null): null {
    const overview = this.overview();
    overview.accounts = overview.accounts.map((view) => (view.id === account ? { ...view, moving } : view));
    return this.changed();
  }

  #state(account: AccountId, state: AccountMove['state']): null {
    const moving = this.overview().accounts.find(({ id }) => id === account)?.moving;
    return moving ? this.set(account, { ...moving, state }) : null;
  }

  handlers = {
    begin_move: ({ from, to }: { from: AccountId; to: AccountId; wish: MoveWish }): null =>
      this.set(from, {
        to,
        state: 'running',
        steps: [
          { step: 'statement', done: 0, failed: 0, total: 1 },
          { step: 'contact', done: 0, failed: 0, total: 24 },
        ],
        troubles: [],
      }),
    stop_move: ({ account }: { account: AccountId }): null => this.#state(account, 'stopped'),
    go_on_with_move: ({ account }: { account: AccountId }): null => this.#state(account, 'running'),
    take_back_move: ({ account }: { account: AccountId }): null => this.set(account, null),
    take_over: ({ contact }: { contact: ChatRef; alerts: boolean }): null => {
      const overview = this.overview();
      const request = overview.requests.contacts.find(({ account, jid }) => account === contact.account && jid === contact.jid);
      const old = overview.contacts.find(({ jid }) => jid === request?.moved?.from);
      if (old) {
        overview.contacts.push({ ...old, jid: contact.jid });
        old.moved_to = contact.jid;
      }
      return this.answered(contact);
    },
    look_into_roster: ({ path }: { path: string }): RosterSource => ({ ...this.roster, path }),
    import_roster: (): null => null,
  };
}
