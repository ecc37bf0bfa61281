import { Account } from '../../../kube/cel/meter.ts';
import { Failure } from '../../../kube/cel/values.ts';
import {
  type CompiledExpression,
  compileExpression,
  type ExpressionInput,
  type ExpressionScope,
  inputOf,
} from '../../../kube/kinds/admission/expressions.ts';
import type { MatchCondition } from '../../../kube/kinds/objects.data.ts';

/** Kubernetes' `RuntimeCELCostBudgetMatchConditions`; the work of this thread is bounded with it. */
const BUDGET = { cost: 2_500_000, work: 1_250_000 };

/** Memo: conditions never change, and belong to one configuration or policy. */
const compiled = new WeakMap<MatchCondition, CompiledExpression>();

function compiledOnce(condition: MatchCondition, scope: ExpressionScope): CompiledExpression {
  const known = compiled.get(condition) ?? compileExpression(condition.expression, 'bool', scope);
  compiled.set(condition, known);
  return known;
}

/**
 * Whether all conditions hold (apiserver `webhook/matchconditions`): one that is false decides, whatever fails beside it. `problem`:
 * none is false, and some could not be evaluated.
 */
export function holdsConditions(
  conditions: readonly MatchCondition[],
  input: ExpressionInput,
  scope: ExpressionScope = {},
): { readonly holds: boolean; readonly problem?: string } {
  const account = new Account(BUDGET);
  const lookUp = inputOf(input);
  const problems: string[] = [];
  for (const condition of conditions) {
    const { expression } = condition;
    const result = compiledOnce(condition, scope);
    if ('problem' in result) {
      problems.push(result.problem);
      continue;
    }
    const value = result.program.evaluate(lookUp, account);
    if (value === false) return { holds: false };
    if (value instanceof Failure)
      problems.push(`expression '${expression}' resulted in error: ${value.message}`);
  }
  if (problems.length === 0) return { holds: true };
  return { holds: false, problem: problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]` };
}
