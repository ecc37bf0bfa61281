import { readFileSync } from 'node:fs';
import { ProblemError, problemOf } from '../base/errors.ts';
import { listOf, mapping, texts } from '../kube/values/members.ts';
import type { Json } from '../kube/values/types.ts';
import { parseYaml } from '../kube/values/yaml.ts';
import { LEVELS, STAGES } from './event.ts';
import type { GroupResources, Policy, PolicyRule } from './policy.ts';

/**
 * The policy of a file in the form of kube-apiserver's `--audit-policy-file`, by the rules of
 * apiserver `pkg/apis/audit/validation/validation.go`. @throws ProblemError that names the file and the member.
 */
export function readPolicyFile(file: string): Policy {
  try {
    return policyOf(parsed(readFileSync(file, 'utf8'), file));
  } catch (error) {
    throw new ProblemError({
      reason: 'AuditPolicyInvalid',
      message: `${file}: ${problemOf(error).message}`,
      remedy: 'It is a Policy of audit.k8s.io/v1 with at least one rule, as kube-apiserver takes it.',
    });
  }
}

function parsed(text: string, file: string): Json {
  const result = parseYaml(text, file);
  if (result.ok) return result.value;
  throw new Error(result.problems[0].message);
}

const POLICY = ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'];
const RULE = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
];
const GROUP = ['group', 'resources', 'resourceNames'];

/** @throws Error that names the member */
export function policyOf(value: Json): Policy {
  const policy = mapping(value, 'the policy', POLICY);
  if (policy.apiVersion !== 'audit.k8s.io/v1' || policy.kind !== 'Policy')
    throw new Error(`it is ${JSON.stringify(policy.kind)} of ${JSON.stringify(policy.apiVersion)}`);
  const rules = listOf(policy.rules, 'rules').map((rule, i) => ruleOf(rule, `rules[${i}]`));
  if (rules.length === 0) throw new Error('rules: the policy has no rules');
  return {
    rules,
    omitStages: oneOf(policy.omitStages, 'omitStages', STAGES),
    omitManagedFields: flag(policy.omitManagedFields, 'omitManagedFields') ?? false,
    refusals: false,
  };
}

function ruleOf(value: Json, at: string): PolicyRule {
  const rule = mapping(value, at, RULE);
  const level = LEVELS.find((one) => one === rule.level);
  if (level === undefined) throw new Error(`${at}.level: must be one of ${LEVELS.join(', ')}`);
  const resources = listOf(rule.resources, `${at}.resources`).map((one, i) =>
    groupOf(one, `${at}.resources[${i}]`),
  );
  const namespaces = texts(rule.namespaces, `${at}.namespaces`);
  const nonResourceURLs = texts(rule.nonResourceURLs, `${at}.nonResourceURLs`);
  for (const url of nonResourceURLs) assertUrl(url, `${at}.nonResourceURLs`);
  if (nonResourceURLs.length > 0 && resources.length + namespaces.length > 0)
    throw new Error(`${at}: rules cannot apply to both regular resources and non-resource URLs`);
  const omitManagedFields = flag(rule.omitManagedFields, `${at}.omitManagedFields`);
  return {
    level,
    users: texts(rule.users, `${at}.users`),
    userGroups: texts(rule.userGroups, `${at}.userGroups`),
    verbs: texts(rule.verbs, `${at}.verbs`),
    resources,
    namespaces,
    nonResourceURLs,
    omitStages: oneOf(rule.omitStages, `${at}.omitStages`, STAGES),
    ...(omitManagedFields === undefined ? {} : { omitManagedFields }),
  };
}

function groupOf(value: Json, at: string): GroupResources {
  const row = mapping(value, at, GROUP);
  const group = row.group ?? '';
  if (typeof group !== 'string') throw new Error(`${at}.group: must be a string`);
  const resources = texts(row.resources, `${at}.resources`);
  const resourceNames = texts(row.resourceNames, `${at}.resourceNames`);
  if (resourceNames.length > 0 && resources.length === 0)
    throw new Error(`${at}.resourceNames: using resourceNames requires at least one resource`);
  return { group, resources, resourceNames };
}

function assertUrl(url: string, at: string): void {
  if (url === '*') return;
  if (!url.startsWith('/'))
    throw new Error(`${at}: non-resource URL rules must begin with a '/' character, not ${url}`);
  const star = url.indexOf('*');
  if (star >= 0 && star !== url.length - 1)
    throw new Error(
      `${at}: non-resource URL wildcards '*' must be the final character of the rule, not ${url}`,
    );
}

function oneOf<T extends string>(value: Json | undefined, at: string, known: readonly T[]): readonly T[] {
  return texts(value, at).map((text) => {
    const found = known.find((one) => one === text);
    if (found !== undefined) return found;
    throw new Error(`${at}: ${JSON.stringify(text)} is none of ${known.join(', ')}`);
  });
}

function flag(value: Json | undefined, at: string): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  throw new Error(`${at}: must be true or false`);
}
