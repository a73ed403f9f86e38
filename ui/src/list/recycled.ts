/**
 * Which elements rows are drawn in: an element whose row is gone is given to one that has come, because to change the
 * words of a row costs a fraction of making one.
 *
 * `before` says which row had which element, `rows` are those that may be on the screen, `fresh` names one more element.
 * A row keeps its element for as long as it is there.
 */
export function recycled(
  before: ReadonlyMap<string, number>,
  rows: readonly string[],
  fresh: () => number,
): Map<string, number> {
  const kept = new Map<string, number>();
  for (const row of rows) {
    const element = before.get(row);
    if (element !== undefined) kept.set(row, element);
  }
  const taken = new Set(kept.values());
  const free = [...before.values()].filter((element) => !taken.has(element)).reverse();
  for (const row of rows) if (!kept.has(row)) kept.set(row, free.pop() ?? fresh());
  return kept;
}
