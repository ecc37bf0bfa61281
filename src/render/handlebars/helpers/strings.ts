import { type Helper, HelperError, integer, list, text } from '../helper.ts';
import { kindOf } from '../truth.ts';

/** Words of an identifier, however it was joined: `myAppName`, `my_app-name`. */
const words = (value: string): string[] =>
  value
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_\-.]+/)
    .filter((word) => word !== '');

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const pad = (spaces: unknown, value: unknown): string => {
  const margin = ' '.repeat(Math.max(0, integer(spaces)));
  return margin + text(value).replaceAll('\n', `\n${margin}`);
};

function trimAll(cutset: unknown, value: unknown): string {
  const cut = new Set(text(cutset));
  const chars = [...text(value)];
  const from = chars.findIndex((c) => !cut.has(c));
  const to = chars.findLastIndex((c) => !cut.has(c));
  return from < 0 ? '' : chars.slice(from, to + 1).join('');
}

/** sprig's `trunc`: the first `size` characters, or with a negative size the last ones. */
function trunc(size: unknown, value: unknown): string {
  const n = integer(size);
  return n < 0 ? text(value).slice(n) : text(value).slice(0, n);
}

const VERB = /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** The verbs of Go's fmt that templates use: %s %d %v %q %t %f %x %X %o %b %c %e %g %%, with width, precision, `-` and `0`. */
export function printf(format: unknown, ...args: unknown[]): string {
  let next = 0;
  return text(format).replace(VERB, (whole, flags: string, width: string | undefined, precision, verb) => {
    if (verb === '%') return '%';
    if (next >= args.length) throw new HelperError(`printf: ${whole} has no argument`);
    const shown = formatVerb(verb, args[next++], precision);
    if (!width) return shown;
    if (flags.includes('-')) return shown.padEnd(Number(width));
    return flags.includes('0') && /^[+-]?[\da-f.]+$/i.test(shown)
      ? shown.replace(/^([+-]?)(.*)$/, (_, sign: string, rest: string) =>
          sign.concat(rest.padStart(Number(width) - sign.length, '0')),
        )
      : shown.padStart(Number(width));
  });
}

function formatVerb(verb: string, value: unknown, precision: string | undefined): string {
  switch (verb) {
    case 's':
      return precision === undefined ? printable(value) : printable(value).slice(0, Number(precision));
    case 'v':
    case 't':
      return printable(value);
    case 'd':
      return String(integer(value));
    case 'q':
      return JSON.stringify(printable(value));
    case 'f':
      return Number(value).toFixed(precision === undefined ? 6 : Number(precision));
    case 'e':
      return Number(value).toExponential(precision === undefined ? 6 : Number(precision));
    case 'g':
      return String(Number(value));
    case 'x':
    case 'X': {
      const hex =
        typeof value === 'number' ? value.toString(16) : Buffer.from(printable(value)).toString('hex');
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    case 'o':
      return integer(value).toString(8);
    case 'b':
      return integer(value).toString(2);
    case 'c':
      return String.fromCodePoint(integer(value));
    default:
      throw new HelperError(`printf: there is no verb %${verb}`);
  }
}

const printable = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : text(value);

const quoteWith =
  (wrap: (s: string) => string) =>
  (...values: unknown[]) =>
    values
      .filter((v) => v !== undefined && v !== null)
      .map((v) => wrap(printable(v)))
      .join(' ');

/** Arguments are in sprig's order: the value that would be piped comes last. */
export const STRINGS: Readonly<Record<string, Helper>> = {
  toString: printable,
  print: (...values) => values.map(printable).join(' '),
  printf,
  // YAML's double-quoted scalars understand JSON's escapes, so this also quotes for YAML.
  quote: quoteWith((s) => JSON.stringify(s)),
  squote: quoteWith((s) => `'${s.replaceAll("'", "''")}'`),
  indent: pad,
  nindent: (spaces, value) => `\n${pad(spaces, value)}`,
  trim: (value) => text(value).trim(),
  trimAll,
  trimPrefix: (prefix, value) => {
    const [p, v] = [text(prefix), text(value)];
    return v.startsWith(p) ? v.slice(p.length) : v;
  },
  trimSuffix: (suffix, value) => {
    const [s, v] = [text(suffix), text(value)];
    return s !== '' && v.endsWith(s) ? v.slice(0, -s.length) : v;
  },
  trunc,
  upper: (value) => text(value).toUpperCase(),
  lower: (value) => text(value).toLowerCase(),
  title: (value) => text(value).replaceAll(/(^|\s)(\S)/g, (_, gap, c: string) => gap + c.toUpperCase()),
  camelcase: (value) => words(text(value)).map(capital).join(''),
  kebabcase: (value) => words(text(value)).join('-').toLowerCase(),
  snakecase: (value) => words(text(value)).join('_').toLowerCase(),
  replace: (from, to, value) => text(value).replaceAll(text(from), () => text(to)),
  contains: (part, value) => text(value).includes(text(part)),
  hasPrefix: (prefix, value) => text(value).startsWith(text(prefix)),
  hasSuffix: (suffix, value) => text(value).endsWith(text(suffix)),
  /** sprig's map of parts: `_0`, `_1`, … */
  split: (separator, value) =>
    Object.fromEntries(
      text(value)
        .split(text(separator))
        .map((part, i) => [`_${i}`, part]),
    ),
  splitList: (separator, value) => text(value).split(text(separator)),
  join: (separator, value) => (Array.isArray(value) ? value : [value]).map(printable).join(text(separator)),
  sortAlpha: (value) => list(value).map(printable).sort(),
  kindIs: (kind, value) => kindOf(value) === text(kind),
  kindOf,
  typeIs: (type, value) => GO_TYPES[text(type)]?.includes(kindOf(value)) ?? kindOf(value) === text(type),
};

/** What Go's %T says of a value that came from YAML, by our kinds. */
const GO_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  bool: ['bool'],
  int: ['int'],
  int64: ['int'],
  // Helm reads every number of a values file as float64.
  float64: ['int', 'float64'],
  '[]interface {}': ['slice'],
  'map[string]interface {}': ['map'],
};
