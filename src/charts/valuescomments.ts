import { locateKeys } from '../kube/values/yaml-places.ts';

/** What the comment of a value says, by the conventions of helm-docs. */
export interface ValueComment {
  readonly description: string;
  /** `# -- (string) …` */
  readonly type?: string;
  /** `# @default -- …`, in place of the value. */
  readonly default?: string;
  /** `# @section -- …` */
  readonly section?: string;
  /** `# @ignored`: not for people. */
  readonly isIgnored: boolean;
}

/**
 * The comments of values.yaml, by JSON pointer. `# --` above a key begins its description, which the lines after it continue; so does
 * `# path.to.key -- …` anywhere (helm-docs, pkg/helm/comment.go and README). A comment without `--` is for those who read the file.
 */
export function commentsOf(text: string): ReadonlyMap<string, ValueComment> {
  const lines = text.split(/\r?\n/);
  const named = namedComments(lines);
  const found = new Map<string, ValueComment>();
  for (const [pointer, line] of locateKeys(text)) {
    const block = isBlockKey(lines[line - 1] ?? '', pointer) ? commentAbove(lines, line - 1) : [];
    const comment = read(block) ?? named.get(pathOf(pointer));
    if (comment) found.set(pointer, comment);
  }
  return found;
}

/** The last segment of a pointer. */
const keyOf = (pointer: string): string =>
  pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

/** `/ingress/annotations/a.b~1c` as people write it: `ingress.annotations."a.b/c"`. */
export const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (/[.\s]/.test(key) ? JSON.stringify(key) : key))
    .join('.');

/** A key within braces stands on the line of another, whose comment is not its own. */
function isBlockKey(line: string, pointer: string): boolean {
  const start = line.trimStart();
  const key = keyOf(pointer);
  return [key, JSON.stringify(key), `'${key}'`].some((written) => start.startsWith(`${written}:`));
}

function commentAbove(lines: readonly string[], at: number): readonly string[] {
  let first = at;
  while (first > 0 && /^\s*#/.test(lines[first - 1] ?? '')) first--;
  return lines.slice(first, at).map((line) => line.trim());
}

function namedComments(lines: readonly string[]): ReadonlyMap<string, ValueComment> {
  const found = new Map<string, ValueComment>();
  for (const [index, line] of lines.entries()) {
    const [, path, first] = /^\s*#\s+([^\s#-]\S*) -- ?(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const after = lines.slice(index + 1);
    const end = after.findIndex(
      (one) => !/^\s*#/.test(one) || (/^\s*#\s+\S+ -- /.test(one) && !/^\s*# @/.test(one)),
    );
    const rest = after.slice(0, end < 0 ? undefined : end).map((one) => one.trim());
    const comment = read([`# -- ${first}`, ...rest]);
    if (comment && !path.startsWith('@')) found.set(path, comment);
  }
  return found;
}

function read(block: readonly string[]): ValueComment | undefined {
  const isIgnored = block.some((line) => /^#\s*@ignored?\b/.test(line));
  const begin = block.findLastIndex((line) => /^#\s+--(\s|$)/.test(line));
  if (begin < 0) return isIgnored ? { description: '', isIgnored } : undefined;
  const said = block.slice(begin);
  const tagged = (tag: string): string | undefined =>
    said
      .map((line) => new RegExp(`^#\\s*@${tag}\\s+--\\s*(.*)$`).exec(line)?.[1])
      .find((value) => value !== undefined);
  const text = said
    .filter((line) => !/^#\s*@/.test(line))
    .map((line) => line.replace(/^#\s*(?:--)?\s*/, ''))
    .join(' ')
    .trim();
  const [, type, description] = /^\(([^)]+)\)\s*(.*)$/s.exec(text) ?? [];
  const [fallback, section] = [tagged('default'), tagged('section')];
  return {
    description: description ?? text,
    isIgnored,
    ...(type === undefined ? {} : { type }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(section === undefined ? {} : { section }),
  };
}
