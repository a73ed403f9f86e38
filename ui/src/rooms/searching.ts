/** A public directory of rooms, which is offered by its name and asked only when somebody chooses it. */
export const directory = 'search.jabber.network';

/** So many found rooms are shown; who has not found theirs among them searches in other words. */
export const most = 500;
