import { failed, ok, type Result } from '../../../base/errors.ts';
import { compileRegex, dropAfter, regexCost } from '../../../kube/values/pattern.ts';
import type { PatternMatch } from './table.ts';

/** Instructions of a pattern and characters of a path: the worst of both together takes some milliseconds of the agent. */
const MAX_COST = 500;
/** Instructions: a request is compared with all of them, on the agent's own thread, which takes a quarter of a second at worst. */
export const PATTERN_COST_PER_HOST = 2_000;
export const LONGEST_MATCHED = 2_048;
const STEPS_KEPT = 1_000_000;

/**
 * What a path that is a regular expression matches: from the beginning, whatever the case, as nginx's `location ~*`. It is RE2's, which takes
 * time linear in the path; a path that is too long is matched by none.
 */
export const pathPattern = (path: string): Result<PatternMatch> => compiled(path, `(?is)^${path}`);

/** What an HTTPRoute's regular expression matches: all of a value, in its case. */
export const wholePattern = (text: string): Result<PatternMatch> => compiled(text, `(?s)^(?:${text})$`);

function compiled(path: string, pattern: string): Result<PatternMatch> {
  const [compiled, cost] = [compileRegex(pattern), regexCost(pattern)];
  if (!compiled.ok) return compiled;
  if (!cost.ok) return cost;
  if (cost.value > MAX_COST)
    return failed({
      reason: 'BadPattern',
      message: `it is too large (${cost.value} instructions, at most ${MAX_COST})`,
    });
  const regex = compiled.value;
  const matched = dropAfter(STEPS_KEPT, regex);
  const captures = (text: string) => {
    if (text.length > LONGEST_MATCHED) return undefined;
    matched(cost.value * (text.length + 1));
    const matcher = regex.matcher(text);
    if (!matcher.lookingAt()) return undefined;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '');
  };
  return ok({ type: 'pattern', path, captures, cost: cost.value });
}

/**
 * All that an HTTPRoute's regular expression could match, and more: what begins as it does, for where it cannot be used. It ranks as the pattern
 * would, and costs nothing.
 */
export function startPattern(text: string): PatternMatch {
  const start = literalStart(text);
  return {
    type: 'pattern',
    path: text,
    captures: (path) => (path.startsWith(start) ? [path] : undefined),
    cost: 0,
  };
}

/** What each text that a pattern matches begins with; '' where it cannot be told at a glance. */
function literalStart(pattern: string): string {
  if (pattern.includes('\\Q') || hasAlternatives(pattern)) return '';
  const plain = /^\^?([^\\^$.|?*+()[\]{}]*)([?*{]?)/.exec(pattern);
  const [, start = '', repeated = ''] = plain ?? [];
  // The last one may be absent.
  return repeated === '' ? start : start.slice(0, -1);
}

/** Whether a `|` stands outside of all groups. */
function hasAlternatives(pattern: string): boolean {
  let rest = pattern.replace(/\\./gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\([^()]*\)/g, '');
  }
  return rest.includes('|');
}

/** Whether a path means more than itself as a pattern. */
export const isPattern = (path: string): boolean => /[\\^$.|?*+()[\]{}]/.test(path);

/** `$1` to `$9` stand for what the groups hold; what does not start with `/` then gets one. */
export function rewritten(target: string, captures: readonly string[]): string {
  const path = target.replace(/\$(\d)/g, (_, group: string) => captures[Number(group)] ?? '');
  return path.startsWith('/') ? path : `/${path}`;
}
