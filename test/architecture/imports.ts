import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** One file imports another; both are relative to the folder of sources. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

export function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** What a file imports by a relative path, and the programs that it starts. */
export function importsOf(src: string, file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)];
  const programs = [...text.matchAll(/ownProgram\('([^']+)'\)/g)].map(([, to = '']) => ({
    from: relative(src, file),
    to,
  }));
  const modules = specifiers.map((match) => ({
    from: relative(src, file),
    to: relative(src, normalize(join(dirname(file), match[1] ?? ''))),
  }));
  return [...modules, ...programs];
}

/** The strongly connected groups of the import graph that are cycles, each sorted (Tarjan 1972). */
export function tangles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    low.set(file, index);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      const reached = order.has(to) ? (stack.includes(to) ? order.get(to) : undefined) : visit(to);
      low.set(file, Math.min(low.get(file) ?? index, reached ?? index));
    }
    const lowest = low.get(file) ?? index;
    if (lowest === index) {
      const group = stack.splice(stack.indexOf(file)).sort();
      if (group.length > 1 || next.get(file)?.includes(file)) found.push(group);
    }
    return lowest;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return found.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
