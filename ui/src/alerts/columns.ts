import { t, type MessageKey } from '../i18n/index.svelte';
import type { EffectiveRow, Row } from '../lib/contract';
import { attentionWords, iconWords, popupWords, soundWords, trayWords } from '../words/alerts';

export type Column = 'popup' | 'sound' | 'icon' | 'tray' | 'attention' | 'speak' | 'repeat';

/** What a column of the screen holds: its cells, the one that speaks for it first. `head` may be broken at soft hyphens. */
export const columns = {
  popup: { label: 'cell.popup', head: 'column.popup', cells: ['popup', 'seconds', 'preview'] },
  sound: { label: 'cell.sound', head: 'column.sound', cells: ['sound', 'volume'] },
  icon: { label: 'cell.icon', head: 'column.icon', cells: ['icon'] },
  tray: { label: 'cell.tray', head: 'column.tray', cells: ['tray'] },
  attention: { label: 'cell.attention', head: 'column.attention', cells: ['attention'] },
  speak: { label: 'cell.speak', head: 'column.speak', cells: ['speak'] },
  repeat: { label: 'cell.repeat', head: 'column.repeat', cells: ['repeat'] },
} as const satisfies Record<Column, { label: MessageKey; head: MessageKey; cells: readonly (keyof Row)[] }>;

export const columnNames = Object.keys(columns) as Column[];

/** The value in force, as short as a column of the table needs it. */
export function valueWords(row: EffectiveRow, column: Column): string {
  switch (column) {
    case 'popup':
      if (row.popup.value !== 'banner' || row.seconds.value === 0) return popupWords(row.popup.value);
      return t('value.banner', { n: row.seconds.value });
    case 'sound':
      if (row.sound.value === 'none') return soundWords('none');
      return t('value.sound', { sound: soundWords(row.sound.value), volume: row.volume.value });
    case 'icon':
      return iconWords(row.icon.value);
    case 'tray':
      return trayWords(row.tray.value);
    case 'attention':
      return attentionWords(row.attention.value);
    case 'speak':
      return row.speak.value ? t('value.on') : t('value.off');
    case 'repeat':
      return row.repeat.value.times === 0 ? t('value.off') : t('value.repeat', { n: row.repeat.value.times, every: row.repeat.value.every });
  }
}

/** Whether nothing happens by this column. */
export function isSilent(row: EffectiveRow, column: Column): boolean {
  switch (column) {
    case 'popup':
    case 'sound':
    case 'tray':
    case 'attention':
      return row[column].value === 'none';
    case 'icon':
      return false;
    case 'speak':
      return !row.speak.value;
    case 'repeat':
      return row.repeat.value.times === 0;
  }
}

/** The column’s cells that are set in the scope itself. */
export function ownCells(own: Row, column: Column): (keyof Row)[] {
  return columns[column].cells.filter((cell) => own[cell] !== null && own[cell] !== undefined);
}

/** A change that lets a column inherit again. */
export function inheriting(column: Column): Partial<Row> {
  return Object.fromEntries(columns[column].cells.map((cell) => [cell, null]));
}

/** Whether anything is set in a row. */
export function hasOwn(own: Row): boolean {
  return Object.values(own).some((cell) => cell !== null && cell !== undefined);
}
