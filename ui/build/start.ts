/**
 * What the page begins with is two files, since each file more is a question to the window's process: `first` is small,
 * and runs while the other is on its way; `start` is the rest of what the first list needs. Each gets a script element.
 * `widgets` is what opens from them, and from every other part.
 */
interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/**
 * Which file a module belongs to, by the static imports of these entries, direct or through others: the first that
 * reaches it. For all others the bundler decides.
 */
export function inFiles(entries: Record<string, string>): (id: string, graph: Graph) => string | null {
  let known: [name: string, ids: Set<string>][] | null = null;
  return (id, graph) => {
    known ??= Object.entries(entries).map(([name, entry]) => [name, reached(entry, graph)]);
    return known.find(([, ids]) => ids.has(id))?.[0] ?? null;
  };
}

function reached(entry: string, graph: Graph): Set<string> {
  const known = new Set<string>();
  const waiting = [entry];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (known.has(id)) continue;
    known.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return known;
}
