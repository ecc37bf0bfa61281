import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { locateKeys } from '../kube/values/yaml-places.ts';
import { escapeSegment } from './values.ts';
import { commentsOf, type ValueComment } from './valuescomments.ts';

/** Says that nobody wrote a schema by hand, so that it may be written again. */
export const INFERRED = 'Inferred from values.yaml by pilotage chart schema';

/**
 * A JSON Schema of values.yaml: the type of each value, and what its comments say. Descriptions follow helm-docs (`# -- How many`, `# -- (int)`);
 * `# @schema` says more, above a key between two such lines, as YAML, or behind it (`replicas: 1 # @schema minimum:1;maximum:9`), as the
 * generators of schemas for Helm have it. A map may have further members, and what is null or empty may become anything of its kind:
 * nothing that values.yaml says is refused.
 */
export function inferSchema(values: JsonObject, text: string): JsonObject {
  const annotations = annotationsOf(text);
  const comments = commentsOf(text);
  const schema = { ...schemaOf(values, '', comments, annotations), type: 'object' };
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $comment: INFERRED, ...schema };
}

type Annotations = ReadonlyMap<string, JsonObject>;

function schemaOf(
  value: Json,
  pointer: string,
  comments: ReadonlyMap<string, ValueComment>,
  annotations: Annotations,
): JsonObject {
  const comment = comments.get(pointer);
  const below = isObject(value)
    ? Object.entries(value).map(([key, one]): [string, Json] => [
        key,
        schemaOf(one as Json, `${pointer}/${escapeSegment(key)}`, comments, annotations),
      ])
    : [];
  return {
    ...typeOf(value),
    ...(comment?.description ? { description: comment.description } : {}),
    ...(below.length > 0 ? { properties: Object.fromEntries(below) } : {}),
    ...(annotations.get(pointer) ?? {}),
  };
}

function typeOf(value: Json): JsonObject {
  if (value === null) return {};
  if (Array.isArray(value)) return { type: 'array', ...itemsOf(value) };
  if (isObject(value)) return { type: 'object' };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  return { type: typeof value };
}

/** Items that are scalars of one type are all of that type. */
function itemsOf(items: readonly Json[]): JsonObject {
  const types = new Set(
    items.map((item) => (isObject(item) || Array.isArray(item) ? '' : typeOf(item).type)),
  );
  const [type] = types;
  return types.size === 1 && type ? { items: { type } } : {};
}

function annotationsOf(text: string): Annotations {
  const lines = text.split(/\r?\n/);
  const found = new Map<string, JsonObject>();
  for (const [pointer, number] of locateKeys(text)) {
    const line = lines[number - 1] ?? '';
    const key = pointer
      .slice(pointer.lastIndexOf('/') + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    // A key within braces stands on the line of another.
    if (!line.trimStart().replace(/^["']/, '').startsWith(key)) continue;
    const annotation = { ...above(lines, number - 1), ...behind(line) };
    if (Object.keys(annotation).length > 0) found.set(pointer, annotation);
  }
  return found;
}

function above(lines: readonly string[], at: number): JsonObject {
  let first = at;
  while (first > 0 && /^\s*#/.test(lines[first - 1] ?? '')) first--;
  const comments = lines.slice(first, at).map((line) => line.trim());
  const marks = comments.flatMap((line, i) => (/^#\s*@schema\s*$/.test(line) ? [i] : []));
  const [from, to] = marks.slice(-2);
  if (from === undefined || to === undefined) return {};
  return mapOf(
    comments
      .slice(from + 1, to)
      .map((line) => line.replace(/^#\s?/, ''))
      .join('\n'),
  );
}

function behind(line: string): JsonObject {
  const said = /\s#\s*@schema\s+(.+)$/.exec(line)?.[1] ?? '';
  const lines = said.split(';').map((one) => one.trim().replace(/^([\w$]+):(?=\S)/, '$1: '));
  return mapOf(lines.filter(Boolean).join('\n'));
}

/** Comments that are no YAML say nothing. */
function mapOf(text: string): JsonObject {
  const parsed = parseYaml(text, 'comment');
  return parsed.ok && isObject(parsed.value) ? parsed.value : {};
}
