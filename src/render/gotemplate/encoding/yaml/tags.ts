import { CHOMPING_MODE, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { formatFloat } from '../../format/floats.ts';
import { GoError, textOf, type Value } from '../../values.ts';
import { isWellFormed, wellFormed } from '../strings.ts';
import { type Plain, resolvePlain } from './plain.ts';
import { goSyntax } from './syntax.ts';

/** What a scalar means, with what it is written as. */
export type Resolved = Plain | { readonly kind: 'binary'; readonly value: string };

const STRING: Plain = { kind: 'string' };

/** By its tag, by its text where it is plain, or a string. @throws GoError for a text that is not what its tag says */
export function resolveScalar(source: string, event: ScalarEvent, text: string): Resolved {
  const tag = tagOf(source, event);
  if (tag !== '') return resolveTagged(tag, text);
  return event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : STRING;
}

/** The characters of a scalar: js-yaml's, but for blocks at the very end of a text, which Go ends as they are written. */
export function scalarText(source: string, event: ScalarEvent): string {
  const text = getScalarValue(source, event);
  const { style } = event;
  if (style === SCALAR_STYLE.DOUBLE_QUOTED && !isWellFormed(text))
    throw new GoError('yaml: found invalid Unicode character escape code');
  const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
  const ended = isBlock && event.valueEnd === source.length ? blockText(source, event, text) : text;
  return SEPARATOR.test(ended) && style !== SCALAR_STYLE.DOUBLE_QUOTED
    ? ended.replace(
        new RegExp(isBlock ? `()([\\u2028\\u2029]) {0,${event.indent}}` : '( *)([\\u2028\\u2029]) *', 'g'),
        '$2',
      )
    : ended;
}

/** Line and paragraph separators are line breaks to Go, which stay: what indents the line below is not of the text. */
const SEPARATOR = /[\u2028\u2029]/;

function blockText(source: string, { chomping, indent }: ScalarEvent, text: string): string {
  const last = source.length - 1 - source.lastIndexOf('\n');
  const isOpen = chomping === CHOMPING_MODE.KEEP ? last > 0 : last > indent;
  return isOpen && chomping !== CHOMPING_MODE.STRIP && text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** A block at the root whose indentation is given: js-yaml counts it from column -1, Go from 0. */
export function rootScalar(source: string, event: ScalarEvent): ScalarEvent {
  if (event.style !== SCALAR_STYLE.LITERAL_BLOCK && event.style !== SCALAR_STYLE.FOLDED_BLOCK) return event;
  const header = source.slice(source.lastIndexOf('\n', event.valueStart - 2) + 1, event.valueStart);
  return /[|>][-+]?[1-9]/.test(header) ? { ...event, indent: event.indent + 1 } : event;
}

const TAGS: Readonly<Record<Plain['kind'], string>> = {
  string: '!!str',
  bool: '!!bool',
  int: '!!int',
  float: '!!float',
  null: '!!null',
  timestamp: '!!timestamp',
};

function resolveTagged(tag: string, text: string): Resolved {
  if (tag === '!!binary') return decodeBinary(text);
  if (tag === '!!str' || !Object.values(TAGS).includes(tag)) return STRING;
  const plain = resolvePlain(text);
  if (TAGS[plain.kind] === tag) return plain;
  if (tag === '!!float' && plain.kind === 'int') return { kind: 'float', value: Number(plain.value) };
  throw new GoError(`yaml: cannot decode ${TAGS[plain.kind]} \`${text}\` as a ${tag}`);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBinary(text: string): Resolved {
  const encoded = text.replace(/[\r\n]/g, '');
  if (!BASE64.test(encoded)) throw new GoError('yaml: !!binary value contains invalid base64 data');
  return { kind: 'binary', value: wellFormed(textOf(Buffer.from(encoded, 'base64'))) };
}

/** As `convertToJSONableObject` of sigs.k8s.io/yaml writes keys. */
export function keyText(key: Resolved, text: string): string | null {
  switch (key.kind) {
    case 'null':
      return null;
    case 'int':
      if (key.value >= 2n ** 63n)
        throw new GoError(`unsupported map key of type: uint64, key: 0x${key.value.toString(16)}`);
      return String(key.value);
    case 'float':
      return FLOAT_KEYS[String(key.value)] ?? formatFloat(Math.fround(key.value), 'g', -1, 32);
    case 'bool':
    case 'binary':
      return String(key.value);
    default:
      return text;
  }
}

const FLOAT_KEYS: Readonly<Record<string, string>> = { Infinity: '.inf', '-Infinity': '-.inf', NaN: '.nan' };

export const unsupportedKey = (value: Value): GoError =>
  new GoError(
    `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${value === null ? '<nil>' : goSyntax(value)}`,
  );

const YAML_ORG = 'tag:yaml.org,2002:';

/** `!!str`, `!own`; '' for none. */
export function tagOf(source: string, { tagStart, tagEnd }: ScalarEvent): string {
  if (tagStart < 0) return '';
  const tag = source.slice(tagStart, tagEnd).replace(/^!<(.*)>$/, '$1');
  return tag.startsWith(YAML_ORG) ? `!!${tag.slice(YAML_ORG.length)}` : tag;
}
