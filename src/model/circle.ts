/** The way from `start` along `next` back to itself, or undefined where there is none. */
export function circleFrom(start: string, next: (name: string) => readonly string[]): string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    for (const to of next(name)) {
      if (to === start) return [...path, name, to];
      if (seen.has(to)) continue;
      seen.add(to);
      const found = walk(to, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
}
