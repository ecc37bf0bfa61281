import { quote } from '../format/quote.ts';
import { bytesOf, GoError } from '../values.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

/** `>=1.2 <2 || 3.x`: alternatives, of one of which each comparison must hold. */
export type Constraint = readonly (readonly Comparison[])[];

interface Comparison {
  readonly operator: Operator;
  /** What is compared with: 0 for each part that is missing or a wildcard. */
  readonly version: Version;
  /** Which parts were given: `1.x` has a major part, `*` has `none`. */
  readonly given: 'none' | 'major' | 'minor' | 'patch';
}

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^';

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['', '='],
  ['=', '='],
  ['!=', '!='],
  ['>', '>'],
  ['<', '<'],
  ['>=', '>='],
  ['=>', '>='],
  ['<=', '<='],
  ['=<', '<='],
  ['~', '~'],
  ['~>', '~'],
  ['^', '^'],
]);

const MAX_BYTES = 512;
const MAX_ALTERNATIVES = 32;

const SPACE = '[\\t\\n\\f\\r ]';
const PART = '[0-9|xX*]+';
const VERSION = `v?(${PART})(\\.${PART})?(\\.${PART})?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`;
const HYPHEN = new RegExp(`${SPACE}*(${VERSION})${SPACE}+-${SPACE}+(${VERSION})${SPACE}*`, 'g');
/** One comparison and the space around it, from where the last one ended. */
const COMPARISON = new RegExp(`${SPACE}*([=!<>~^]*)${SPACE}*(${VERSION})(${SPACE}*)`, 'y');

/** `NewConstraint` of Masterminds' constraints.go. @throws GoError in its words */
export function parseConstraint(text: string): Constraint {
  if (bytesOf(text).length > MAX_BYTES)
    throw new GoError(`constraint string is too long (max ${MAX_BYTES} bytes)`);
  const alternatives = withoutHyphens(text).split('||');
  if (alternatives.length > MAX_ALTERNATIVES)
    throw new GoError(`too many constraint groups (max ${MAX_ALTERNATIVES})`);
  return alternatives.map(parseAlternative);
}

/** `1.2 - 2.3` is `>= 1.2, <= 2.3`. */
function withoutHyphens(text: string): string {
  let rewritten = text;
  for (const match of text.matchAll(HYPHEN)) {
    const [range, low = '', , , , , high = ''] = match;
    rewritten = rewritten.replace(range, () => `>= ${low}, <= ${high} `);
  }
  return rewritten;
}

/** Comparisons with spaces or a comma between them. */
function parseAlternative(text: string): Comparison[] {
  const parsed = scan(text);
  if (!parsed) throw new GoError(`improper constraint: ${quote(text)}`);
  return parsed.map(([operator, match]) => comparisonOf(operator, match));
}

function scan(text: string): [Operator, RegExpExecArray][] | undefined {
  const parsed: [Operator, RegExpExecArray][] = [];
  let at = 0;
  do {
    COMPARISON.lastIndex = at;
    const match = COMPARISON.exec(text);
    const operator = OPERATORS.get(match?.[1] ?? '');
    if (!match || !operator) return undefined;
    parsed.push([operator, match]);
    at = COMPARISON.lastIndex;
    const hasComma = text[at] === ',';
    if (hasComma) at++;
    if (hasComma ? at === text.length : at < text.length && match[7] === '') return undefined;
  } while (at < text.length);
  return parsed;
}

const isWildcard = (part: string): boolean => /^\.?[xX*]?$/.test(part);

function comparisonOf(operator: Operator, match: RegExpExecArray): Comparison {
  const [, , written = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const version = (text: string): Version => {
    try {
      return parseVersion(text);
    } catch (error) {
      if (error instanceof GoError) throw new GoError('constraint parser error');
      throw error;
    }
  };
  if (isWildcard(major)) return { operator, version: version(`0.0.0${prerelease}`), given: 'none' };
  if (isWildcard(minor)) return { operator, version: version(`${major}.0.0${prerelease}`), given: 'major' };
  if (isWildcard(patch))
    return { operator, version: version(`${major}${minor}.0${prerelease}`), given: 'minor' };
  return { operator, version: version(written), given: 'patch' };
}

/** Whether a version is one that a constraint asks for; prereleases only where an alternative names one. */
export const isSatisfied = (constraint: Constraint, version: Version): boolean =>
  constraint.some((comparisons) => {
    if (version.prerelease !== '' && comparisons.every((comparison) => comparison.version.prerelease === ''))
      return false;
    return comparisons.every((comparison) => CHECKS[comparison.operator](version, comparison));
  });

/** The same of texts. @throws GoError for either that cannot be read */
export const satisfies = (constraint: string, version: string): boolean =>
  isSatisfied(parseConstraint(constraint), parseVersion(version));

type Check = (version: Version, comparison: Comparison) => boolean;

const CHECKS: Readonly<Record<Operator, Check>> = {
  '=': (version, comparison) =>
    comparison.given === 'patch'
      ? compareVersions(version, comparison.version) === 0
      : isTilde(version, comparison),
  '!=': isOther,
  '>': isGreater,
  '<': (version, comparison) => compareVersions(version, comparison.version) < 0,
  '>=': (version, comparison) => compareVersions(version, comparison.version) >= 0,
  '<=': isAtMost,
  '~': isTilde,
  '^': isCaret,
};

/** `!=1.x` rules out all of 1. */
function isOther(version: Version, { version: other, given }: Comparison): boolean {
  if (given !== 'patch' && version.major !== other.major) return true;
  if (given === 'major') return false;
  if (given !== 'patch' && version.minor !== other.minor) return true;
  if (given === 'minor')
    return (version.prerelease !== '' || other.prerelease !== '') && version.prerelease !== other.prerelease;
  if (given === 'none' && version.patch !== other.patch) return true;
  return compareVersions(version, other) !== 0;
}

/** `>11` begins with 12, and `>11.1` with 11.2. */
function isGreater(version: Version, { version: other, given }: Comparison): boolean {
  if (given !== 'patch' && version.major !== other.major) return version.major > other.major;
  if (given === 'major') return false;
  if (given === 'minor') return version.minor > other.minor;
  return compareVersions(version, other) > 0;
}

/** `<=11` goes up to 11.999. */
function isAtMost(version: Version, { version: other, given }: Comparison): boolean {
  if (given === 'patch') return compareVersions(version, other) <= 0;
  if (version.major > other.major) return false;
  return given === 'major' || version.major !== other.major || version.minor <= other.minor;
}

/** `~1.2.3` and `~1.2` stay within 1.2, `~1` within 1. */
function isTilde(version: Version, { version: other, given }: Comparison): boolean {
  if (compareVersions(version, other) < 0) return false;
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n;
  if (isZero && (given === 'none' || given === 'patch')) return true;
  return version.major === other.major && (given === 'major' || version.minor === other.minor);
}

/** `^1.2.3` stays within 1, `^0.2.3` within 0.2, and `^0.0.3` is itself. */
function isCaret(version: Version, { version: other, given }: Comparison): boolean {
  if (compareVersions(version, other) < 0) return false;
  if (version.major !== other.major) return false;
  if (other.major > 0n || given === 'major') return true;
  if (version.minor !== other.minor) return false;
  return other.minor > 0n || given === 'minor' || version.patch === other.patch;
}
