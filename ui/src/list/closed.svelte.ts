const key = 'closed-groups';

/** Which groups are folded in; kept in the page’s own storage, as it is about the look alone. */
class ClosedGroups {
  all = $state.raw<ReadonlySet<string>>(read());

  toggle(group: string): void {
    const next = new Set(this.all);
    if (!next.delete(group)) next.add(group);
    this.all = next;
    try {
      localStorage.setItem(key, JSON.stringify([...next]));
    } catch {
      // It holds until the window is closed.
    }
  }
}

function read(): Set<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : []);
  } catch {
    return new Set();
  }
}

export const closedGroups = new ClosedGroups();
