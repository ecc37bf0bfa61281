import { integerOf } from '../../../kube/values/json.ts';
import type { Json } from '../../../kube/values/types.ts';

/** What a plain scalar is, as go.yaml.in/yaml/v3 `resolve.go` has it: YAML 1.2's words, and the numbers of both versions. */
export interface Resolved {
  readonly tag: string;
  readonly value: Json;
}

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { tag: '!!null', value: null }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { tag: '!!bool', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { tag: '!!bool', value: false }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { tag: '!!float', value: Number.NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, { tag: '!!float', value: Number.POSITIVE_INFINITY }] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map(
    (word) => [word, { tag: '!!float', value: Number.NEGATIVE_INFINITY }] as const,
  ),
]);

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d{2}:\d{2}))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?))?$/;

/** No number of Kubernetes is longer, and reading millions of digits takes quadratic time. */
const LONGEST_NUMBER = 400;

export function resolve(text: string): Resolved {
  const word = WORDS.get(text);
  if (word) return word;
  if (text.length > LONGEST_NUMBER || !/^[-+.0-9]/.test(text)) return { tag: '!!str', value: text };
  const time = timestamp(text);
  if (time !== undefined) return { tag: '!!timestamp', value: time };
  const plain = text.replaceAll('_', '');
  if (INTEGER.test(plain)) return integer(plain);
  if (FLOAT.test(plain)) return { tag: '!!float', value: Number(plain) };
  return { tag: '!!str', value: text };
}

const MOST = 2n ** 64n - 1n;
const LEAST = -(2n ** 63n);

function integer(plain: string): Resolved {
  const digits = plain.replace(/^[-+]/, '').replace(/^0(?=[0-7]+$)/, '0o');
  const magnitude = BigInt(digits);
  const value = plain.startsWith('-') ? -magnitude : magnitude;
  if (value >= LEAST && value <= MOST) return { tag: '!!int', value: integerOf(value) };
  return { tag: '!!float', value: Number(value) };
}

/** RFC 3339, as Go's `time.Time` is written in JSON. */
function timestamp(text: string): string | undefined {
  const found = TIMESTAMP.exec(text);
  if (!found) return undefined;
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  const [, year = '', month, day] = found;
  const [hour, minute, second, fraction] = found[4] === undefined ? found.slice(9, 13) : found.slice(4, 8);
  const date = `${year}-${two(month)}-${two(day)}`;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  const parsed = new Date(`${date}T${clock}Z`);
  // A day that the month does not have is text.
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date) return undefined;
  const rest = (fraction ?? '').slice(0, 10).replace(/\.?0+$/, '');
  return `${date}T${clock}${rest}${found[8] ?? 'Z'}`;
}
