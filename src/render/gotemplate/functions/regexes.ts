import { type CountSteps, compileRegex, dropAfter, type Regex } from '../../../kube/values/pattern.ts';
import { canBackquote, quote } from '../format/quote.ts';
import { type Budget, type FunctionTable, GoError, type GoSlice, nilSlice, strings } from '../values.ts';
import { checkLength, makeRoom } from './charged.ts';
import { define } from './define.ts';

/** Matching builds an automaton of up to 8 MB for each expression: it is dropped from time to time. */
const steps = new WeakMap<Regex, CountSteps>();
const MOST_STEPS = 1_000_000;
/** Instructions times characters that are worth one step of the budget. */
const STEP = 4;
/** Each further search may look at all that follows, but hardly ever does. */
const FURTHER_STEP = 32;

interface Match {
  readonly from: number;
  readonly to: number;
  /** The whole first; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[];
}

type Compile = (pattern: string) => Regex;

/** @throws GoError in the words of Go's regexp */
const compile: Compile = (pattern) => {
  const compiled = compileRegex(pattern);
  if (compiled.ok) return compiled.value;
  const { message } = compiled.problems[0];
  throw new GoError(message.endsWith('backslash at end of expression') ? `${message}: \`\`` : message);
};

/** regexp.MustCompile, which puts the expression before the error. */
const mustCompile: Compile = (pattern) => {
  try {
    return compile(pattern);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const quoted = canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern);
    throw new GoError(`regexp: Compile(${quoted}): ${error.message}`);
  }
};

/** Finds a match from a position on, with the text before it in view. */
function finder(regex: Regex, text: string, budget: Budget): (from: number) => Match | undefined {
  const cost = regex.programSize() * (text.length + 1);
  budget.spend(Math.ceil(cost / STEP));
  const counter = steps.get(regex) ?? dropAfter(MOST_STEPS, regex);
  steps.set(regex, counter);
  counter(cost);
  const matcher = regex.matcher(text);
  const further = regex.programSize() / FURTHER_STEP;
  return (from) => {
    budget.spend(Math.ceil((text.length - from) * further));
    if (!matcher.find(from)) return undefined;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined);
    return { from: matcher.start(), to: matcher.end(), groups };
  };
}

/** The position behind the character at `at`; behind the end there is one more. */
const after = (text: string, at: number): number => at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** As Go's All functions find them: an empty match right behind another does not count. */
function findAll(regex: Regex, text: string, limit: number, budget: Budget): Match[] {
  const find = finder(regex, text, budget);
  const found: Match[] = [];
  let before = -1;
  for (let at = 0; at <= text.length && (limit < 0 || found.length < limit); ) {
    const match = find(at);
    if (!match) break;
    const empty = match.to === at;
    if (!empty || match.from !== before) found.push(match);
    before = match.to;
    at = empty ? after(text, at) : match.to;
  }
  return found;
}

function findStrings(regex: Regex, text: string, limit: bigint, budget: Budget): GoSlice {
  const found = findAll(regex, text, Number(limit), budget);
  return found.length > 0 ? strings(found.map(({ groups }) => groups[0] ?? '')) : nilSlice('[]string');
}

function replaceAll(regex: Regex, text: string, by: (match: Match) => string, budget: Budget): string {
  const find = finder(regex, text, budget);
  let out = '';
  let [end, at] = [0, 0];
  while (at <= text.length) {
    const match = find(at);
    if (!match) break;
    const inserted = match.to > end || match.from === 0 ? by(match) : '';
    makeRoom(budget, inserted.length);
    checkLength(out.length + inserted.length);
    out += text.slice(end, match.from) + inserted;
    end = match.to;
    at = Math.max(match.to, after(text, at));
  }
  return out + text.slice(end);
}

const REFERENCE = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;
const GROUP_NUMBER = /^(?:0|[1-9][0-9]{0,8})$/;

/** Regexp.Expand: `$1`, `${1}`, `$name`, `$$`; a group that is not there is empty. */
function expander(template: string, regex: Regex, budget: Budget): (match: Match) => string {
  const names = regex.namedGroups();
  const groupOf = (name: string): number => {
    if (GROUP_NUMBER.test(name)) return Number(name);
    return (Object.hasOwn(names, name) ? names[name] : undefined) ?? NO_GROUP;
  };
  const parts: (string | number)[] = [];
  let end = 0;
  for (const { 0: token, 1: braced, 2: plain, index } of template.matchAll(REFERENCE)) {
    parts.push(template.slice(end, index), token === '$$' ? '$' : groupOf(braced ?? plain ?? ''));
    end = index + token.length;
  }
  parts.push(template.slice(end));
  return ({ groups }) => {
    budget.spend(parts.length);
    return parts.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
  };
}

const NO_GROUP = -1;

/** Regexp.Split: the last of `limit` parts has the rest. */
function split(regex: Regex, text: string, limit: number, budget: Budget): GoSlice {
  if (limit === 0) return nilSlice('[]string');
  if (text === '' && regex.pattern() !== '') return strings(['']);
  const parts: string[] = [];
  let [begin, end] = [0, 0];
  for (const { from, to } of findAll(regex, text, limit, budget)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = from;
    if (to !== 0) parts.push(text.slice(begin, end));
    begin = to;
  }
  return strings(end === text.length ? parts : [...parts, text.slice(begin)]);
}

function test(regex: Regex, text: string, budget: Budget): boolean {
  return finder(regex, text, budget)(0) !== undefined;
}

function testOrFalse(pattern: string, text: string, budget: Budget): boolean {
  const compiled = compileRegex(pattern);
  return compiled.ok && test(compiled.value, text, budget);
}

const quoteMeta = (text: string): string => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');

/** Those that panic on a bad expression, or return its error. */
const searches = (regexOf: Compile) => ({
  FindAll: define(['string', 'string', 'int'], ([pattern, text, limit], budget) =>
    findStrings(regexOf(pattern), text, limit, budget),
  ),
  Find: define(
    ['string', 'string'],
    ([pattern, text], budget) => finder(regexOf(pattern), text, budget)(0)?.groups[0] ?? '',
  ),
  ReplaceAll: define(['string', 'string', 'string'], ([pattern, text, by], budget) => {
    const regex = regexOf(pattern);
    return replaceAll(regex, text, expander(by, regex, budget), budget);
  }),
  ReplaceAllLiteral: define(['string', 'string', 'string'], ([pattern, text, by], budget) =>
    replaceAll(regexOf(pattern), text, () => by, budget),
  ),
  Split: define(['string', 'string', 'int'], ([pattern, text, limit], budget) =>
    split(regexOf(pattern), text, Number(limit), budget),
  ),
});

const named = (prefix: string, table: FunctionTable): FunctionTable =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [prefix + name, row]));

export const REGEXES: FunctionTable = {
  regexMatch: define(['string', 'string'], ([pattern, text], budget) => testOrFalse(pattern, text, budget)),
  mustRegexMatch: define(['string', 'string'], ([pattern, text], budget) =>
    test(compile(pattern), text, budget),
  ),
  ...named('regex', searches(mustCompile)),
  ...named('mustRegex', searches(compile)),
  regexQuoteMeta: define(['string'], ([text]) => quoteMeta(text)),
};
