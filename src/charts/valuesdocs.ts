import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { escapeSegment } from './values.ts';
import { pathOf, type ValueComment } from './valuescomments.ts';

/** A value of a chart, for the table of its README. */
export interface ValueRow {
  readonly path: string;
  readonly type: string;
  /** Markdown. */
  readonly default: string;
  readonly description: string;
  readonly section: string;
}

interface Source {
  readonly schema: JsonObject;
  readonly comments: ReadonlyMap<string, ValueComment>;
}

/** What a row is made of: where, what values.yaml says there (undefined: nothing), and what the schema says. */
interface At {
  readonly pointer: string;
  readonly value: Json | undefined;
  readonly rule: JsonObject;
  readonly section: string;
  /** A map above is described as a whole: only what has words of its own is listed besides. */
  readonly isCovered: boolean;
}

/**
 * A row for each value, in the order of values.yaml, then what the schema alone knows. Maps are listed by their members, unless a comment describes
 * the map itself; lists are one row.
 */
export function valueRows(
  values: JsonObject,
  schema: JsonObject,
  comments: ReadonlyMap<string, ValueComment>,
): readonly ValueRow[] {
  return members(
    { pointer: '', value: values, rule: schema, section: '', isCovered: false },
    { schema, comments },
  );
}

function members(at: At, source: Source): readonly ValueRow[] {
  const value = isObject(at.value) ? at.value : {};
  const properties = isObject(at.rule.properties) ? at.rule.properties : {};
  const keys = [...new Set([...Object.keys(value), ...Object.keys(properties)])];
  return keys.flatMap((key) => {
    const rule = Object.hasOwn(properties, key) ? resolved(properties[key], source.schema) : {};
    const below = Object.hasOwn(value, key) ? value[key] : undefined;
    return rowsAt({ ...at, pointer: `${at.pointer}/${escapeSegment(key)}`, value: below, rule }, source);
  });
}

function rowsAt(at: At, source: Source): readonly ValueRow[] {
  const comment = source.comments.get(at.pointer);
  if (comment?.isIgnored) return [];
  const section = comment?.section ?? at.section;
  // Only what values.yaml holds is looked into: a schema may describe far more than anybody sets.
  const isBranch = isObject(at.value) && Object.keys(at.value).length > 0;
  const row = rowOf({ ...at, section }, comment);
  if (!isBranch) return isListed(at, comment, row) ? [row] : [];
  const described = comment !== undefined;
  const below = members({ ...at, section, isCovered: at.isCovered || described }, source);
  return described ? [row, ...below] : below;
}

/** What nothing sets is listed where the schema says something of it. */
const isListed = (at: At, comment: ValueComment | undefined, { description }: ValueRow): boolean =>
  comment !== undefined || (!at.isCovered && (at.value !== undefined || description !== ''));

function rowOf({ pointer, value, rule, section }: At, comment: ValueComment | undefined): ValueRow {
  const description = comment?.description || (typeof rule.description === 'string' ? rule.description : '');
  return {
    path: pathOf(pointer),
    type: comment?.type ?? typeOf(value, rule),
    default: comment?.default ?? (value === undefined ? '' : codeOf(JSON.stringify(value))),
    description: [description, choicesOf(rule)].filter(Boolean).join(' '),
    section,
  };
}

/** The schema behind a `$ref` within the same file. */
function resolved(rule: Json | undefined, schema: JsonObject, depth = 0): JsonObject {
  if (!isObject(rule)) return {};
  if (typeof rule.$ref !== 'string' || !rule.$ref.startsWith('#/') || depth > MAX_REFERENCES) return rule;
  let found: Json | undefined = schema;
  for (const segment of rule.$ref.slice(2).split('/'))
    found = isObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  const { $ref: _, ...own } = rule;
  return { ...resolved(found, schema, depth + 1), ...own };
}

/** References may lead in a circle. */
const MAX_REFERENCES = 16;

/** As helm-docs calls them. */
const NAMES: Readonly<Record<string, string>> = {
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  array: 'list',
  null: '',
};

function typeOf(value: Json | undefined, rule: JsonObject): string {
  const types = (Array.isArray(rule.type) ? rule.type : [rule.type]).filter(
    (type) => typeof type === 'string',
  );
  if (types.length > 0)
    return types
      .map((type) => NAMES[type] ?? type)
      .filter(Boolean)
      .join(' or ');
  const choices = Array.isArray(rule.enum) ? rule.enum : [];
  const sample = value === undefined || value === null ? choices[0] : value;
  if (sample === undefined || sample === null) return '';
  if (Array.isArray(sample)) return 'list';
  if (typeof sample === 'number') return Number.isInteger(sample) ? 'int' : 'float';
  return typeof sample === 'boolean' ? 'bool' : typeof sample;
}

const choicesOf = ({ enum: choices }: JsonObject): string =>
  Array.isArray(choices) ? `One of ${choices.map((one) => codeOf(String(one))).join(', ')}.` : '';

/** Code in Markdown, whatever it holds: as many backticks around it as it has not. */
function codeOf(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}
