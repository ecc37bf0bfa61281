import { createHash } from 'node:crypto';
import type { Place } from '../base/place.ts';
import { formatPlace } from '../base/place.ts';
import { remembering } from '../base/textmemo.ts';
import { Account } from '../kube/cel/meter.ts';
import { builtinKind } from '../kube/kinds/builtin.ts';
import {
  compileOnObject,
  type Evaluated,
  evaluateOnObject,
  type Wanted,
} from '../kube/rules/objectexpression.ts';
import { canonicalJson } from '../kube/values/equal.ts';
import { gvkOf, type KubeObject } from '../kube/values/types.ts';
import { isWorse } from './rollup.ts';
import type { Verdict, VerdictState } from './verdict.ts';

/** Expressions of CEL about `object`, in the order in which they are asked: the first that is true decides. */
export const RULED_STATES = ['degraded', 'suspended', 'progressing', 'healthy'] as const;
type RuledState = (typeof RULED_STATES)[number];

/** What people say of the health of a kind. At least one state; `message` comes to a text. */
export type UserRule = Readonly<Partial<Record<RuledState | 'message', string>>> & {
  readonly group: string;
  readonly kind: string;
  readonly place: Place;
};

/** Rules that hold for an environment. */
export interface UserRules {
  readonly rules: readonly UserRule[];
  /** Digests of rules that an administrator lets improve a verdict. */
  readonly allowed: ReadonlySet<string>;
  /** How messages name the delivery: `shop`. */
  readonly delivery: string;
}

/** Of all objects of one look: of the order of a tenth of a second of one core. */
const BUDGET = { cost: 1_000_000, work: 500_000 };
const PER_CALL = 100_000;
const LONGEST_MESSAGE = 500;

export const NO_RULES: UserRules = { rules: [], allowed: new Set(), delivery: '' };

/** What an administrator agrees to: the whole of what a rule says, wherever it stands. Too long to find two rules of one digest. */
export function digestOfRule({ place: _place, ...rule }: UserRule): string {
  return createHash('sha256').update(canonicalJson(rule)).digest('hex').slice(0, 32);
}

/**
 * Judges by rules of users on top of our own verdict. "Healthy" is a claim that gates rely on, and rules are written by whoever pushes:
 * so a rule only ever makes a verdict worse, whatever the kind. It improves one where an administrator has agreed to exactly this rule,
 * and never that of a built-in kind, whose fields mean the same everywhere.
 */
export function createUserRules({ rules, allowed, delivery }: UserRules): {
  readonly judge: (object: KubeObject, own: Verdict) => Verdict;
} {
  const account = new Account(BUDGET);
  const digests = new Map<UserRule, string>();
  const digestOf = (rule: UserRule): string => {
    const digest = digests.get(rule) ?? digestOfRule(rule);
    digests.set(rule, digest);
    return digest;
  };
  return {
    judge(object, own) {
      const { group, kind } = gvkOf(object);
      const about = rules.filter((rule) => rule.group === group && rule.kind === kind);
      if (about.length === 0 || object.metadata.deletionTimestamp !== undefined) return own;
      const isBuiltin = builtinKind(gvkOf(object)) !== undefined;
      const said = about.flatMap((rule) => {
        const verdict = verdictBy(rule, object, account);
        return verdict ? [{ rule, verdict, digest: digestOf(rule) }] : [];
      });
      const agreed = isBuiltin ? [] : said.filter(({ digest }) => allowed.has(digest));
      const base = agreed.length > 0 ? worst(agreed.map(({ verdict }) => verdict)) : own;
      const found = worst([base, ...said.map(({ verdict }) => verdict)]);
      if (found !== own || isBuiltin || agreed.length > 0) return found;
      const laxer = said.find(({ verdict }) => isWorse(own.state, verdict.state));
      return laxer ? { ...own, message: withHint(own, laxer, delivery) } : own;
    },
  };
}

/** The first of the worst. */
const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.reduce((a, b) => (isWorse(b.state, a.state) ? b : a));

const withHint = (
  own: Verdict,
  { rule, verdict, digest }: { readonly rule: UserRule; readonly verdict: Verdict; readonly digest: string },
  delivery: string,
): string =>
  `${own.message ?? own.reason ?? own.state}; ${formatPlace(rule.place)} calls it ${verdict.state}, which counts once an administrator agrees\n  → pilotage connect ${delivery} --allow-health ${digest}`;

/** What one rule says of an object; undefined where it has no opinion. */
function verdictBy(rule: UserRule, object: KubeObject, account: Account): Verdict | undefined {
  for (const state of RULED_STATES) {
    const source = rule[state];
    if (source === undefined) continue;
    const found = evaluate<boolean>(source, 'bool', object, account);
    if (found.type === 'failed' || (found.type === 'value' && typeof found.value !== 'boolean'))
      return { state: 'Unknown', reason: 'RuleFailed', message: failure(rule, state, found) };
    if (found.type === 'value' && found.value) return verdictOf(STATES[state], rule, object, account);
  }
  return rule.healthy === undefined ? undefined : verdictOf('Progressing', rule, object, account);
}

const failure = (rule: UserRule, state: RuledState, found: Evaluated<boolean>): string =>
  `${state} of the health rule in ${formatPlace(rule.place)}: ${'message' in found ? found.message : 'it comes to neither true nor false'}`;

function verdictOf(state: VerdictState, rule: UserRule, object: KubeObject, account: Account): Verdict {
  if (state === 'Healthy') return { state };
  const said = rule.message === undefined ? undefined : evaluate(rule.message, 'string', object, account);
  const text = said?.type === 'value' && typeof said.value === 'string' ? said.value : '';
  return {
    state,
    reason: 'HealthRule',
    message: text.slice(0, LONGEST_MESSAGE) || `by the health rule in ${formatPlace(rule.place)}`,
  };
}

const STATES: Readonly<Record<RuledState, VerdictState>> = {
  degraded: 'Degraded',
  suspended: 'Suspended',
  progressing: 'Progressing',
  healthy: 'Healthy',
};

/** Characters of expressions. */
const CAPACITY = 2 ** 17;
/** The same few are asked of every object at every look. */
const compiledOnObject = remembering(CAPACITY, (source, wanted) => compileOnObject(source, wanted as Wanted));

function evaluate<T extends boolean | string>(
  source: string,
  wanted: Wanted,
  object: KubeObject,
  account: Account,
): Evaluated<T> {
  const compiled = compiledOnObject(source, wanted);
  if (!compiled.ok) return { type: 'failed', message: compiled.message };
  return evaluateOnObject<T>(compiled.program, object, account, PER_CALL);
}
