/**
 * What a plain scalar of YAML means to yaml.v2, and to yaml.v3 (resolve.go of each). Neither is YAML 1.1: base 60 is text, and so
 * are timestamps to whoever reads into an interface, while an emitter quotes texts that look like either.
 */
export type Plain =
  | { readonly kind: 'string' | 'timestamp' | 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number };

const STRING: Plain = { kind: 'string' };
const TIMESTAMP: Plain = { kind: 'timestamp' };

const words = (kind: Plain, ...texts: string[]): [string, Plain][] => texts.map((text) => [text, kind]);
const bool = (value: boolean): Plain => ({ kind: 'bool', value });
const float = (value: number): Plain => ({ kind: 'float', value });

const COMMON_WORDS = [
  ...words(bool(true), 'true', 'True', 'TRUE'),
  ...words(bool(false), 'false', 'False', 'FALSE'),
  ...words({ kind: 'null' }, '', '~', 'null', 'Null', 'NULL'),
  ...words(float(Number.NaN), '.nan', '.NaN', '.NAN'),
  ...words(float(Number.POSITIVE_INFINITY), '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'),
  ...words(float(Number.NEGATIVE_INFINITY), '-.inf', '-.Inf', '-.INF'),
];

const OLD_BOOLS = [
  ...words(bool(true), 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'),
  ...words(bool(false), 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'),
];

export type Version = 2 | 3;

const WORDS: Readonly<Record<Version, ReadonlyMap<string, Plain>>> = {
  2: new Map([...COMMON_WORDS, ...OLD_BOOLS]),
  3: new Map(COMMON_WORDS),
};

const OLD_BOOL_WORDS: ReadonlySet<string> = new Set(OLD_BOOLS.map(([word]) => word));

/** Whether YAML 1.1 takes the text for a bool: yaml.v3 does not, and quotes it. */
export const isOldBool = (text: string): boolean => OLD_BOOL_WORDS.has(text);

const MAY_BE_WORD = /^[yYnNtTfFoO~.+-]/;
const MAY_BE_NUMBER = /^[-+.0-9]/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** What strconv.ParseFloat takes beside it, of texts that begin with a dot. */
const FLOAT_WITH_SPACING = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
/** No number is written with so many digits; reading millions takes quadratic time. */
const MAX_DIGITS = 400;

export function resolvePlain(text: string, version: Version = 2): Plain {
  if (text === '' || MAY_BE_WORD.test(text)) {
    const word = WORDS[version].get(text);
    if (word) return word;
  }
  if (!MAY_BE_NUMBER.test(text)) return STRING;
  if (text.startsWith('.')) return resolveDotted(text);
  if (isTimestamp(text)) return TIMESTAMP;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  return resolveInteger(plain) ?? resolveFloat(plain) ?? STRING;
}

function resolveDotted(text: string): Plain {
  return FLOAT_WITH_SPACING.test(text) ? (resolveFloat(text.replaceAll('_', '')) ?? STRING) : STRING;
}

function resolveInteger(plain: string): Plain | undefined {
  const [, sign = '', digits = ''] = (plain.length <= MAX_DIGITS && INTEGER.exec(plain)) || [];
  if (digits === '') return undefined;
  const magnitude = BigInt(digits.replace(/^0[oO]?(?=[0-7])/, '0o'));
  if (sign === '-') return magnitude <= 2n ** 63n ? { kind: 'int', value: -magnitude } : undefined;
  // strconv.ParseUint takes no sign.
  return magnitude < (sign === '' ? 2n ** 64n : 2n ** 63n) ? { kind: 'int', value: magnitude } : undefined;
}

function resolveFloat(plain: string): Plain | undefined {
  if (!FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? float(value) : undefined;
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const TIME =
  /^(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:(?<![ ].*)(?:Z|[-+](\d{2}):(\d{2}))|(?<![Tt].*)))?$/;

/** The four layouts of time.Parse that Go's YAML takes for timestamps. */
function isTimestamp(text: string): boolean {
  const [date = '', year, month, day] = DATE.exec(text) ?? [];
  if (date === '' || !isDay(Number(year), Number(month), Number(day))) return false;
  const time = TIME.exec(text.slice(date.length));
  if (!time) return false;
  const [hours = 0, minutes = 0, seconds = 0, offsetHours = 0, offsetMinutes = 0] = time
    .slice(1)
    .map((part) => Number(part ?? 0));
  return hours < 24 && minutes < 60 && seconds < 60 && offsetHours <= 24 && offsetMinutes < 60;
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether a text needs quotes lest it be read as something else; what characters it has is another matter. */
export function looksTyped(text: string, version: Version): boolean {
  if (text !== '' && !MAY_BE_WORD.test(text) && !MAY_BE_NUMBER.test(text)) return false;
  return (
    resolvePlain(text, version).kind !== 'string' || BASE_60.test(text) || (version === 3 && isOldBool(text))
  );
}
