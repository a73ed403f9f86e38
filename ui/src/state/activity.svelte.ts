import type { ActivityEntry } from '../lib/contract';
import { ask } from '../lib/link';

const page = 50;

/** The newest lines of the Activity list, and older ones as far as they were asked for. */
class Activity {
  entries = $state.raw<ActivityEntry[] | null>(null);
  more = $state(false);
  shown = $state(false);

  async readNewest(): Promise<void> {
    const newest = await ask('activity', { before: null, limit: page });
    const oldest = newest.at(-1)?.id ?? Infinity;
    const kept = newest.length < page ? [] : (this.entries ?? []).filter(({ id }) => id < oldest);
    if (!this.entries || kept.length === 0) this.more = newest.length === page;
    this.entries = [...newest, ...kept];
  }

  async readOlder(): Promise<void> {
    const before = this.entries?.at(-1)?.id ?? null;
    const older = await ask('activity', { before, limit: page });
    this.more = older.length === page;
    this.entries = [...(this.entries ?? []), ...older];
  }
}

export const activity = new Activity();
