/** The time, moving once a minute: for “today” and “until”. */
class Now {
  at = $state(Date.now());

  constructor() {
    setInterval(() => (this.at = Date.now()), 60_000);
  }
}

export const now = new Now();

/** Whether the window is too narrow for two panes. */
class Narrow {
  is = $state(false);

  constructor() {
    const query = window.matchMedia('(max-width: 719px)');
    this.is = query.matches;
    query.addEventListener('change', () => (this.is = query.matches));
  }
}

export const narrow = new Narrow();
