import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { ExpressionInput } from '../../../kube/kinds/admission/expressions.ts';
import type {
  MatchResources,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../kube/kinds/objects.data.ts';
import { STATUS_CODES, StatusError, type StatusReason } from '../../../kube/values/status.ts';
import { collectionPrefix } from '../../store/keys.ts';
import { forbidden } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import { type Access, type AccessWorld, createAccess } from './access.ts';
import {
  type Constraints,
  isExempt,
  type MatchingWorld,
  matchedKind,
  nameOf,
  namespaceObject,
  namespaceOf,
} from './matching.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { type Denial, evaluatePolicy, type Judgement } from './policies/evaluate.ts';
import { collectParams } from './policies/params.ts';
import { seenAs } from './webhooks/call.ts';
import { requestOf } from './webhooks/review.ts';

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = collectionPrefix(GROUP, 'validatingadmissionpolicies');
const BINDINGS = collectionPrefix(GROUP, 'validatingadmissionpolicybindings');

interface PolicyWorld extends MatchingWorld, AccessWorld {}

interface Decided extends Denial {
  readonly policy: string;
  readonly binding: string;
}

/** Judges by the expressions of ValidatingAdmissionPolicies that are bound (KEP-3488, apiserver `policy/validating/dispatcher.go`). */
export const validatingPolicies = (world: PolicyWorld): AdmissionPlugin => ({
  name: 'ValidatingAdmissionPolicy',
  validate(attributes) {
    const policies = world.store.list(POLICIES);
    if (policies.length === 0 || isExempt(attributes)) return;
    const bindings = world.store
      .list(BINDINGS)
      .map(({ object }) => object as ValidatingAdmissionPolicyBinding);
    const access = createAccess(world.authorize, attributes.user);
    const judging = policies.flatMap(({ object }): Awaitable<readonly Decided[]>[] => {
      const policy = object as ValidatingAdmissionPolicy;
      const own = bindings.filter(({ spec }) => spec?.policyName === policy.metadata.name);
      const constraints = constraintsOf(policy.spec?.matchConstraints);
      const kind = own.length > 0 && matchedKind(world, constraints, attributes);
      return kind ? [judge(world, access, policy, own, attributes, kind)] : [];
    });
    if (judging.length === 0) return;
    const waits = judging.some((one) => one instanceof Promise);
    return waits
      ? Promise.all(judging).then((decided) => refuse(attributes, decided.flat()))
      : refuse(attributes, (judging as (readonly Decided[])[]).flat());
  },
});

const constraintsOf = (match: MatchResources = {}): Constraints => ({
  rules: match.resourceRules ?? [],
  excludeRules: match.excludeResourceRules ?? [],
  matchPolicy: match.matchPolicy,
  namespaceSelector: match.namespaceSelector,
  objectSelector: match.objectSelector,
});

const EVERYTHING = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];

/** A binding narrows its policy; without rules it is for all that the policy is about. */
function isBound(
  world: MatchingWorld,
  { spec }: ValidatingAdmissionPolicyBinding,
  attributes: AdmissionAttributes,
): boolean {
  if (!spec?.matchResources) return true;
  const constraints = constraintsOf(spec.matchResources);
  const rules = constraints.rules.length > 0 ? constraints.rules : EVERYTHING;
  return matchedKind(world, { ...constraints, rules }, attributes) !== undefined;
}

function judge(
  world: MatchingWorld,
  { ask, settle }: Access,
  policy: ValidatingAdmissionPolicy,
  bindings: readonly ValidatingAdmissionPolicyBinding[],
  attributes: AdmissionAttributes,
  kind: Kind,
): Awaitable<readonly Decided[]> {
  const bound = bindings.filter((binding) => isBound(world, binding, attributes));
  if (bound.length === 0) return [];
  return after(seenAs(kind, attributes), ({ object, oldObject }) => {
    const input = { object, oldObject, request: requestOf(attributes, kind), ask };
    const found = settle(() =>
      bound.map((binding) => ({
        binding,
        judgements: judgementsOf(world, policy, binding, attributes, input),
      })),
    );
    return after(found, (results) => {
      const said = results.flatMap(({ judgements }) => judgements.flatMap(({ annotations }) => annotations));
      annotate(attributes, policy.metadata.name ?? '', said);
      return results.flatMap(({ binding, judgements }) => carryOut(policy, binding, judgements, attributes));
    });
  });
}

/** Parameters may make several values of one annotation. */
function annotate(attributes: AdmissionAttributes, policy: string, said: Judgement['annotations']): void {
  for (const key of new Set(said.map(([one]) => one))) {
    const texts = new Set(said.filter(([one]) => one === key).map(([, text]) => text));
    attributes.annotate?.(`${policy}/${key}`, [...texts].join(', '));
  }
}

/** One for each of its parameters. */
function judgementsOf(
  world: MatchingWorld,
  { spec = {} }: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  attributes: AdmissionAttributes,
  input: Omit<ExpressionInput, 'params' | 'namespaceObject'>,
): readonly Judgement[] {
  const isOfNamespace = attributes.kind.group === '' && attributes.kind.plural === 'namespaces';
  const found = collectParams(world, spec.paramKind, binding.spec?.paramRef, namespaceOf(attributes));
  if ('problem' in found) {
    const message = `failed to configure binding: ${found.problem}`;
    return [{ denials: [], annotations: [], problems: spec.failurePolicy === 'Ignore' ? [] : [{ message }] }];
  }
  return found.params.map((params) =>
    evaluatePolicy(spec, {
      ...input,
      params,
      namespaceObject: isOfNamespace ? undefined : namespaceObject(world, attributes),
    }),
  );
}

/** Warns and records as the binding says. @returns what refuses the request */
function carryOut(
  { metadata }: ValidatingAdmissionPolicy,
  { metadata: { name: binding = '' }, spec = {} }: ValidatingAdmissionPolicyBinding,
  judgements: readonly Judgement[],
  attributes: AdmissionAttributes,
): readonly Decided[] {
  const about = { policy: metadata.name ?? '', binding };
  const actions = spec.validationActions ?? [];
  return judgements.flatMap(({ denials, problems }) => {
    if (actions.includes('Warn'))
      for (const { message } of denials) attributes.warn?.(warning(about, message));
    if (actions.includes('Audit'))
      for (const denial of denials) attributes.annotate?.(FAILURE, failureText(about, denial, actions));
    const refusing = [...(actions.includes('Deny') ? denials : []), ...problems];
    return refusing.map((one) => ({ ...about, ...one }));
  });
}

const FAILURE = 'validation.policy.admission.k8s.io/validation_failure';

const failureText = (
  { policy, binding }: Pick<Decided, 'policy' | 'binding'>,
  { message, index = 0 }: Denial,
  validationActions: readonly string[],
): string => JSON.stringify([{ message, policy, binding, expressionIndex: index, validationActions }]);

const warning = ({ policy, binding }: Pick<Decided, 'policy' | 'binding'>, message: string): string =>
  `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`;

function refuse(attributes: AdmissionAttributes, [first]: readonly Decided[]): void {
  if (!first) return;
  const { policy, binding, message, reason = 'Invalid' } = first;
  const why = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
  const { status } = forbidden(attributes.kind, nameOf(attributes), why, [{ message: why }]);
  const known = (Object.hasOwn(STATUS_CODES, reason) ? reason : 'Invalid') as StatusReason;
  throw new StatusError({ ...status, reason: known, code: STATUS_CODES[known] });
}
