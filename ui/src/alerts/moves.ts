/** Where the arrow keys lead in a grid whose rows differ in length. */
export interface Spot {
  row: number;
  column: number;
}

/**
 * The cell that a key leads to from `at`; `null` when it is no key of the grid, or leads nowhere.
 * `lengths` holds how many cells each row has.
 */
export function moved(lengths: readonly number[], at: Spot, key: string, control = false): Spot | null {
  const last = lengths.length - 1;
  const to = (row: number, column: number): Spot | null => {
    const length = lengths[row];
    if (!length) return null;
    const spot = { row, column: Math.min(Math.max(column, 0), length - 1) };
    return spot.row === at.row && spot.column === at.column ? null : spot;
  };
  switch (key) {
    case 'ArrowDown':
      return at.row < last ? to(at.row + 1, at.column) : null;
    case 'ArrowUp':
      return at.row > 0 ? to(at.row - 1, at.column) : null;
    case 'ArrowRight':
      return to(at.row, at.column + 1);
    case 'ArrowLeft':
      return to(at.row, at.column - 1);
    case 'Home':
      return control ? to(0, 0) : to(at.row, 0);
    case 'End':
      return control ? to(last, Infinity) : to(at.row, Infinity);
    case 'PageDown':
      return to(Math.min(at.row + page, last), at.column);
    case 'PageUp':
      return to(Math.max(at.row - page, 0), at.column);
    default:
      return null;
  }
}

/** Rows that a page key passes. */
const page = 5;
