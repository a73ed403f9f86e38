import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import type { Carrier, Told } from './link';

/** Carries commands and events through tauri's window. */
export const tauri: Carrier = {
  ask: (name, ask) => invoke(name, { ask }),
  async listen(name, heard) {
    if (name === 'focus') return focus(heard as (told: Told['focus']) => void);
    if (name === 'drag') return drag(heard as (told: Told['drag']) => void);
    if (name === 'dropped') return dropped(heard as (told: Told['dropped']) => void);
    return listen(name, ({ payload }) => heard(payload as never));
  },
  media: (message) => convertFileSrc(String(message), 'carillon-media'),
};

/** The window's own word on its focus: the page's can be wrong when a menu or a dialog of the system is open. */
async function focus(heard: (told: boolean) => void): Promise<UnlistenFn> {
  const [gained, left] = await Promise.all([
    listen('tauri://focus', () => heard(true)),
    listen('tauri://blur', () => heard(false)),
  ]);
  return () => {
    gained();
    left();
  };
}

async function drag(heard: (told: boolean) => void): Promise<UnlistenFn> {
  const [came, left] = await Promise.all([
    listen('tauri://drag-enter', () => heard(true)),
    listen('tauri://drag-leave', () => heard(false)),
  ]);
  return () => {
    came();
    left();
  };
}

async function dropped(heard: (told: string[]) => void): Promise<UnlistenFn> {
  return listen<{ paths: string[] }>('tauri://drag-drop', ({ payload }) => heard(payload.paths));
}
