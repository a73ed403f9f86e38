/** What the page begins with is one file: each file more is a question to the window's process. */
interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/** Whether a module belongs to the static imports of `entry`, directly or through others. */
export function startsWith(entry: string): (id: string, graph: Graph) => string | null {
  let known: Set<string> | null = null;
  return (id, graph) => {
    known ??= reached(entry, graph);
    return known.has(id) ? 'start' : null;
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
