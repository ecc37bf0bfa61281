import type { Json } from '../../kube/values/types.ts';
import type { Value } from '../gotemplate/values.ts';

/** Members of an object; an alias may stand for many. */
const MAX_NODES = 100_000;

/**
 * What Helm has read of a manifest as JSON, so that it need not be read twice. undefined where reading it again would say more: for
 * a text that is too large, or has integers that a double would round.
 */
export function manifestValue(value: Value, content: string): Json | undefined {
  if (/\d{16}/.test(content)) return undefined;
  let nodes = 0;
  const convert = (at: Value): Json => {
    if (nodes++ > MAX_NODES) return null;
    if (at instanceof Map)
      return Object.fromEntries(Array.from(at, ([key, member]) => [key, convert(member)]));
    if (Array.isArray(at)) return at.map(convert);
    return typeof at === 'string' || typeof at === 'boolean' || typeof at === 'number' ? at : null;
  };
  const json = convert(value);
  return nodes > MAX_NODES ? undefined : json;
}

/** The first line, from 1, of a manifest that is more than a comment. */
export function firstLine(content: string): number {
  const lines = content.split('\n', 200);
  return (
    1 +
    Math.max(
      0,
      lines.findIndex((line) => /^\s*[^\s#]/.test(line)),
    )
  );
}
