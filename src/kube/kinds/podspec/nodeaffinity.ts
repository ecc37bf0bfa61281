import { matches, type Requirement } from '../../values/selectors.ts';
import type { Node, Pod } from '../objects.data.ts';

interface Term {
  readonly matchExpressions?: readonly Expression[];
  readonly matchFields?: readonly Expression[];
}

interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly Term[];
    };
  };
}

/** nodeSelector and the required terms of node affinity (component-helpers `nodeaffinity.go`): any one term is enough. */
export function fitsNode(pod: Pick<Pod, 'spec'>, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const { nodeAffinity } = (pod.spec.affinity ?? {}) as Affinity;
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return selected && (terms === undefined || terms.some((term) => fitsTerm(term, node)));
}

/** Whether one of the terms of a NodeSelector selects the node. */
export const fitsNodeSelector = (
  { nodeSelectorTerms }: { readonly nodeSelectorTerms: readonly Term[] },
  node: Node,
): boolean => nodeSelectorTerms.some((term) => fitsTerm(term, node));

/** Whether one term of a NodeSelector, or of what node affinity prefers, selects the node: an empty one selects nothing. */
export function fitsTerm({ matchExpressions = [], matchFields = [] }: Term, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matches(matchExpressions.map(requirement), node.metadata.labels) &&
    matches(matchFields.map(requirement), fields)
  );
}

const OPERATORS = {
  In: 'In',
  NotIn: 'NotIn',
  Exists: 'Exists',
  DoesNotExist: 'DoesNotExist',
  Gt: 'GreaterThan',
  Lt: 'LessThan',
} as const;

const requirement = ({ key, operator, values = [] }: Expression): Requirement => ({
  key,
  operator: OPERATORS[operator],
  values,
});
