import { duplicate, type FieldError, required } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { objectAt, objectsAt, textAt } from './read.ts';

/** What both kinds of flowcontrol.apiserver.k8s.io share (Kubernetes `pkg/apis/flowcontrol/validation/validation.go`). */

export function validateConditionTypes(object: JsonObject): readonly FieldError[] {
  const seen = new Set<string>();
  return objectsAt(objectAt(object, 'status'), 'conditions').flatMap((condition, i) => {
    const type = textAt(condition, 'type');
    const at = `status.conditions[${i}].type`;
    if (type === '') return [required(at)];
    if (seen.has(type)) return [duplicate(at, type)];
    seen.add(type);
    return [];
  });
}

const EVERY_REQUEST = {
  resourceRules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
  ],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

export const groupSubjects = (...names: readonly string[]) =>
  names.map((name) => ({ kind: 'Group', group: { name } }));

/** The two that every cluster has, and whose specification nobody changes (apiserver `apis/flowcontrol/bootstrap/default.go`). */
export const MANDATORY_FLOW_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [{ subjects: groupSubjects('system:masters'), ...EVERY_REQUEST }],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [{ subjects: groupSubjects('system:unauthenticated', 'system:authenticated'), ...EVERY_REQUEST }],
  },
};

export const MANDATORY_PRIORITY_LEVELS: Readonly<Record<string, JsonObject>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
};
