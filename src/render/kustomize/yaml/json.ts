import { type Problem, ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import type { Json } from '../../../kube/values/types.ts';
import { list, map, type Node, scalar, string } from './node.ts';
import { resolve } from './resolve.ts';

/** The value of a node, members in the order of their names, as kustomize prints them. @throws ProblemError */
export function toJson(node: Node, place: Place): Json {
  if (node.kind === 'list') return node.items.map((item) => toJson(item, place));
  if (node.kind === 'scalar') return scalarValue(node, place);
  const names = [...node.fields.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, toJson(node.fields.get(name) ?? NULL, place)]));
}

const NULL = scalar('null', '!!null');

/** As Go compares strings. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function scalarValue(node: Node, place: Place): Json {
  const { tag, text, quoted } = node;
  if (tag === '!!binary') return Buffer.from(text, 'base64').toString('utf8');
  if (quoted || tag === '!!str') return text;
  const resolved = resolve(text);
  if (tag === '!!float' && resolved.tag === '!!int') return resolved.value;
  if (STANDARD.has(tag) && tag !== resolved.tag) throw new ProblemError(mistyped(node, place));
  const { value } = resolved;
  if (typeof value === 'number' && !Number.isFinite(value)) throw new ProblemError(notJson(node, place));
  return STANDARD.has(tag) || tag === '' ? value : text;
}

const STANDARD = new Set(['!!null', '!!bool', '!!int', '!!float', '!!timestamp']);
const NAMES: Readonly<Record<string, string>> = {
  '!!null': 'null',
  '!!bool': 'a boolean',
  '!!int': 'an integer',
  '!!float': 'a number',
  '!!timestamp': 'a time',
};

const at = (node: Node, place: Place): Place =>
  node.line === undefined ? place : { file: place.file, line: node.line };

const mistyped = (node: Node, place: Place): Problem => ({
  reason: 'InvalidKustomization',
  message: `${JSON.stringify(node.text)} was written to a field that holds ${NAMES[node.tag] ?? 'another type'}`,
  place: at(node, place),
  remedy: 'Quote the value in the resource if it is text.',
});

const notJson = (node: Node, place: Place): Problem => ({
  reason: 'InvalidKustomization',
  message: `${node.text} is not a number of JSON`,
  place: at(node, place),
  remedy: `Write "${node.text}" in quotes if it is text.`,
});

/** A node that reads back as the value. */
export function fromJson(value: unknown): Node {
  if (Array.isArray(value)) return list(value.map(fromJson));
  if (value === null || value === undefined) return scalar('null', '!!null');
  if (typeof value === 'string') return written(value);
  if (typeof value !== 'object') return scalar(String(value), resolve(String(value)).tag);
  return map(Object.entries(value).map(([key, member]) => [key, fromJson(member)]));
}

/** Text is quoted where it would otherwise be read as something else. */
function written(text: string): Node {
  const node = string(text);
  node.quoted = text === '' || text.includes('\n') || resolve(text).tag !== '!!str' || YAML_1_1.has(text);
  return node;
}

/** What is a boolean in YAML 1.1 alone. */
export const YAML_1_1: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);
