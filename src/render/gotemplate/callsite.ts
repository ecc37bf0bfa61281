/**
 * What a value that was made once is known by again. A site is its text, `formatSite`, the key that the value is kept under.
 */
export interface CallSite {
  /** The template that is rendered, with its chart: `shop/templates/secret.yaml`. */
  readonly template: string;
  readonly function: string;
  /** Digests of the arguments, and of the three parts of a place (`places.ts`). */
  readonly args: string;
  readonly object: string;
  readonly path: string;
  readonly line: string;
  /** From 1: calls that are equal in all of that are counted. */
  readonly count: number;
}

export const formatSite = ({ template, function: name, args, object, path, line, count }: CallSite): string =>
  [template, name, args, object, path, line, count].join(' ');

/** Undefined for what `formatSite` has not written. A template's path may have spaces, all else has none. */
export function parseSite(text: string): CallSite | undefined {
  const words = text.split(' ');
  const [name, args, object, path, line, count] = words.splice(-6);
  if (words.length === 0 || !name || !args || !object || !path || !line || !count) return undefined;
  return { template: words.join(' '), function: name, args, object, path, line, count: Number(count) };
}
