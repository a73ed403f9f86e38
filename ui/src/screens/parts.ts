/** What of the page comes when it is looked at. */
import { Later } from '../lib/later.svelte';

export const activity = new Later(() => import('./ActivityPane.svelte'));
export const chat = new Later(() => import('./ChatPane.svelte'));
export const dialogs = new Later(() => import('../dialogs/Dialogs.svelte'));
export const listMenu = new Later(() => import('../list/ListMenu.svelte'));
export const ownMenus = new Later(() => import('../list/OwnMenus.svelte'));
export const requests = new Later(() => import('./RequestsPane.svelte'));
export const scope = new Later(() => import('../alerts/ScopePane.svelte'));
export const search = new Later(() => import('./SearchPane.svelte'));
export const settings = new Later(() => import('./SettingsPane.svelte'));
export const settingsMenu = new Later(() => import('./SettingsMenu.svelte'));
export const welcome = new Later(() => import('./Welcome.svelte'));
