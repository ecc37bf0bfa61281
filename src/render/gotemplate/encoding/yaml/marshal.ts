import { floatText, formatFloat } from '../../format/floats.ts';
import { type Budget, bytesOf, GoError, Num, type Struct, type Value } from '../../values.ts';
import { foldJson, MAX_DEPTH, quoteJson, UNBOUNDED } from '../json.ts';
import { isWellFormed, wellFormed } from '../strings.ts';
import { sortKeys } from './order.ts';
import { resolvePlain } from './plain.ts';
import { type Layout, Mapping, type Node, Scalar, writeYaml } from './writer.ts';

const NULL = new Scalar('null');
const MARSHAL: Layout = { version: 2, width: 80, flush: true };
const PRETTY: Layout = { version: 3, width: Number.POSITIVE_INFINITY, flush: false };

/**
 * sigs.k8s.io/yaml's Marshal: the value as JSON, that JSON read as YAML, and what was read written by yaml.v2. So 1e20 that was a float
 * is `1e+20`, 1000000 an integer, bytes are base64, and a text with characters that YAML forbids is an error.
 * @throws GoError
 */
export function marshalYaml(value: Value, budget: Budget = UNBOUNDED): string {
  let node: Node;
  try {
    node = foldJson<Node>(
      value,
      { scalar: jsonScalar, string: readText, list: (items) => items, members },
      budget,
    );
  } catch (error) {
    if (!(error instanceof GoError) || !error.message.startsWith('json: ')) throw error;
    throw new GoError(`error marshaling into JSON: ${error.message}`);
  }
  return writeYaml(node, MARSHAL);
}

const members = (pairs: readonly (readonly [string, Node])[]): Mapping =>
  new Mapping(
    sortKeys(
      pairs.map(([key, node]) => [readKey(key), node] as const),
      2,
    ),
  );

/** yaml.v2 reads every number anew: an integer where 64 bits hold it, else a float. */
function jsonScalar(text: string): Scalar {
  const plain = resolvePlain(text);
  if (plain.kind === 'float') return new Scalar(floatText(plain.value));
  return new Scalar(plain.kind === 'int' ? String(plain.value) : text);
}

/** What JSON leaves as it is and no YAML may hold (`readerc.go`). */
const FORBIDDEN = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const NEXT_LINE = '\x85';

/** A string of JSON as YAML reads it: the next-line character is a line break to it, which folds. */
function readText(text: string): string {
  const characters = wellFormed(text);
  if (FORBIDDEN.test(characters)) throw new GoError('yaml: control characters are not allowed');
  if (!characters.includes(NEXT_LINE)) return characters;
  if (/\x85 *(?:---|\.\.\.)[ \x85]/.test(characters))
    throw new GoError('yaml: found unexpected document indicator');
  return characters.replace(/ *\x85[ \x85]*/g, (breaks) => {
    const count = breaks.split(NEXT_LINE).length - 1;
    return count === 1 ? ' ' : '\n'.repeat(count - 1);
  });
}

/** yaml.v2 looks no further for the colon after a key of JSON, quotes and all. */
const MAX_KEY = 1024;
const MAX_ESCAPE = 6;

function readKey(key: string): string {
  const isLong = key.length * MAX_ESCAPE > MAX_KEY && quoteJson(key, true).length > MAX_KEY;
  if (isLong || key.includes(NEXT_LINE)) throw new GoError("yaml: did not find expected ',' or '}'");
  return readText(key);
}

/** The encoder of yaml.v3 with an indentation of 2: types as they are, and no JSON between. @throws GoError */
export function marshalYamlPretty(value: Value, budget: Budget = UNBOUNDED): string {
  return writeYaml(nativeNode(value, budget, 0), PRETTY);
}

function nativeNode(value: Value, budget: Budget, depth: number): Node {
  budget.spend(1);
  if (depth > MAX_DEPTH) throw new GoError('yaml: the value contains itself');
  const below = (member: Value): Node => nativeNode(member, budget, depth + 1);
  if (value === null) return NULL;
  switch (typeof value) {
    case 'string':
      budget.spend(value.length >>> 6);
      return nativeText(value);
    case 'number':
      return nativeFloat(value, 64);
    case 'bigint':
    case 'boolean':
      return new Scalar(String(value));
  }
  if (value instanceof Num)
    return typeof value.value === 'number' ? nativeFloat(value.value, 32) : new Scalar(String(value.value));
  if (value instanceof Uint8Array) return [...value].map((byte) => new Scalar(String(byte)));
  if (Array.isArray(value)) return value.map(below);
  if (value instanceof Map)
    return new Mapping(sortKeys(value, 3).map(([key, member]) => [nativeText(key), below(member)] as const));
  return nativeStruct(value, below);
}

/** Fields have their names in small letters, for no type of templates has tags for YAML. */
function nativeStruct(struct: Struct, below: (member: Value) => Node): Node {
  if (struct.type.name.startsWith('func(')) throw new GoError(`cannot marshal type: ${struct.type.name}`);
  const marshaled = struct.json?.();
  if (typeof marshaled === 'string') return isTime(struct) ? new Scalar(marshaled) : nativeText(marshaled);
  return new Mapping(
    [...struct.fields].map(([name, member]) => [name.toLowerCase(), below(member)] as const),
  );
}

const isTime = ({ type }: Struct): boolean => type.name === 'time.Time' || type.name === '*time.Time';

const FLOATS: Readonly<Record<string, string>> = { '+Inf': '.inf', '-Inf': '-.inf', NaN: '.nan' };

function nativeFloat(value: number, bits: 32 | 64): Scalar {
  const text = formatFloat(value, 'g', -1, bits);
  return new Scalar(FLOATS[text] ?? text);
}

const BASE64_LINE = /.{1,70}/g;

/** What is not UTF-8 becomes `!!binary`, broken into lines where it is long. */
function nativeText(text: string): string | Scalar {
  if (isWellFormed(text)) return text;
  const encoded = Buffer.from(bytesOf(text)).toString('base64');
  const lines = encoded.length < 70 ? encoded : encoded.replace(BASE64_LINE, '$&\n');
  return new Scalar(lines, '!!binary');
}
