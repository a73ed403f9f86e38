/** What a resident does about me and my invitations, in memory. */
import type { CardField, InvitationView } from '../lib/contract';
import type { AllCommands, Answer, Ask } from '../lib/link';

type Handlers = { [K in keyof AllCommands]: (ask: Ask<K>) => Answer<K> };

const week = 7 * 24 * 3_600_000;

export class FakeSelf {
  /** My server makes invitations. */
  serverInvites = false;
  card: CardField[] = [
    { kind: 'name', text: 'Alice Liddell' },
    { kind: 'email', text: 'alice@mail.example' },
    { kind: 'email', text: 'alice@work.example' },
  ];
  #made = 0;

  constructor(
    readonly now: number,
    readonly me: () => string,
  ) {}

  get handlers(): Pick<Handlers, 'invite_friend' | 'own_card' | 'set_card'> {
    return {
      own_card: () => this.card,
      set_card: ({ fields }) => {
        this.card = fields;
        return null;
      },
      invite_friend: ({ kind }): InvitationView => {
        const token = `t0ken${this.#made++}`;
        const expires = this.now + week;
        if (!this.serverInvites) return { uri: `xmpp:${this.me()}?roster;preauth=${token}`, page: null, expires, by_server: false, makes_accounts: false };
        const server = this.me().split('@')[1]!;
        const uri = kind === 'contact' ? `xmpp:${this.me()}?roster;preauth=${token};ibr=y` : `xmpp:${server}?register;preauth=${token}`;
        return { uri, page: `https://${server}/invite/${token}`, expires, by_server: true, makes_accounts: true };
      },
    };
  }
}
