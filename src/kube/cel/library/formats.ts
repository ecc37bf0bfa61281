import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  type NameCheck,
  qualifiedName,
} from '../../values/names.ts';
import { parseUrl } from '../../values/url.ts';
import { type CallCost, fixed, scale, sizeOf, TRAVERSAL, UNKNOWN } from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { parseTimestamp } from '../time.ts';
import { opaqueType } from '../types.ts';
import { fail, listOfValues, Opaque, Optional, type Value } from '../values.ts';
import { nominal } from './quantities.ts';

const TYPE = opaqueType('kubernetes.NamedFormat');

class FormatValue extends Opaque {
  readonly type = TYPE;
  readonly name: string;
  readonly check: NameCheck;

  constructor(name: string, check: NameCheck) {
    super();
    this.name = name;
    this.check = check;
  }

  equals(other: Opaque): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** A prefix of a generated name ends with a dash, which the whole name does not. */
const prefixOf =
  (check: NameCheck): NameCheck =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
const matches =
  (holds: (text: string) => boolean, message: string): NameCheck =>
  (text) =>
    holds(text) ? undefined : message;

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The named formats of `library/format.go`. */
const FORMATS: Readonly<Record<string, NameCheck>> = {
  dns1123Label,
  dns1123Subdomain,
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: prefixOf(dns1123Label),
  dns1123SubdomainPrefix: prefixOf(dns1123Subdomain),
  dns1035LabelPrefix: prefixOf(dns1035Label),
  labelValue,
  uri: matches((text) => parseUrl(text) !== undefined, 'invalid URI for request'),
  uuid: matches((text) => UUID.test(text), 'does not match the UUID format'),
  byte: matches((text) => BASE64.test(text), 'invalid base64'),
  date: matches((text) => parseTimestamp(`${text}T00:00:00Z`) !== undefined, 'invalid date'),
  datetime: matches((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
};

/** Kubernetes counts a format as a pattern of this many characters. */
const PATTERN_LENGTH = 128;

const VALIDATION: CallCost = {
  actual: ([, text]) => Math.ceil((1 + sizeOf(text)) * TRAVERSAL) * Math.ceil(PATTERN_LENGTH * 0.25),
  estimate: ([, text]) => ({ cost: scale(scale(text?.size ?? UNKNOWN, TRAVERSAL), PATTERN_LENGTH * 0.25) }),
};

function named(name: string): Value {
  const check = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  return check ? new Optional(new FormatValue(name, check)) : Optional.NONE;
}

function validate(format: Value | undefined, text: string): Value {
  // What is longer than any name is not searched for what else is wrong with it.
  if (text.length > 1_000_000) return fail('the text is too long to be validated');
  const problem = (format as FormatValue).check(text);
  return problem === undefined ? Optional.NONE : new Optional(listOfValues([problem]));
}

export const FORMAT_FUNCTIONS: readonly Overload[] = [
  overload(
    'format.named(string) optional<kubernetes.NamedFormat>',
    ([name]) => named(name as string),
    nominal,
  ),
  overload(
    'kubernetes.NamedFormat::validate(string) optional<list<string>>',
    ([format, text]) => validate(format, text as string),
    VALIDATION,
  ),
  ...Object.entries(FORMATS).map(([name, check]) =>
    overload(`format.${name}() kubernetes.NamedFormat`, () => new FormatValue(name, check), {
      actual: () => 1,
      estimate: () => ({ cost: fixed(1) }),
    }),
  ),
];
