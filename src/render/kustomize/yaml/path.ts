/** `a/b\/c` → [`a`, `b/c`]; a path may begin with the delimiter (kyaml `utils/pathsplitter.go`). */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === '') parts.shift();
  const split: string[] = [];
  for (const part of parts) {
    const last = split.at(-1);
    if (last?.endsWith('\\')) split[split.length - 1] = last.slice(0, -1) + delimiter + part;
    else split.push(part);
  }
  return split;
}

/** As `splitPath`, but what stands in brackets stays together: `[name=a.b]` selects an item, `[a.b]` is the key `a.b`. */
export function splitFieldPath(path: string): string[] {
  const parts = splitPath(path, '.');
  const result: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    if (!part.startsWith('[') || part.endsWith(']')) {
      result.push(part);
      continue;
    }
    const bracketed = [part];
    while (i < parts.length - 1) {
      const next = parts[++i] ?? '';
      bracketed.push(next);
      if (next.endsWith(']')) break;
    }
    const joined = bracketed.join('.');
    result.push(joined.includes('=') ? joined : joined.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return result;
}
