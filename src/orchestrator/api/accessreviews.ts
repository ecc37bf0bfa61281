import type { User } from '../../kube/client/client.ts';
import type { PolicyRule } from '../../kube/kinds/objects.data.ts';
import { isObject } from '../../kube/values/equal.ts';
import { type FieldError, invalid as invalidField } from '../../kube/values/fielderrors.ts';
import type { Json, JsonObject } from '../../kube/values/types.ts';
import type { Attributes } from './authorization.ts';
import { badRequest, invalid } from './errors.ts';
import { REVIEWS, type ReviewKind } from './kinds/reviews.data.ts';
import type { Api } from './types.ts';

/** Questions about what somebody may do (Kubernetes `pkg/registry/authorization`), and about who one is. */
export type AccessReviewKind = Exclude<ReviewKind, 'TokenReview'>;

/** undefined: objects of this resource are no such questions. */
export function accessReviewOf({
  group,
  plural,
}: {
  readonly group: string;
  readonly plural: string;
}): AccessReviewKind | undefined {
  const kind = REVIEWS.find((row) => row.group === group && row.plural === plural)?.kind;
  return kind === 'TokenReview' ? undefined : kind;
}

export interface Question {
  readonly api: Pick<Api, 'authorize' | 'rulesFor'>;
  /** Who asks. */
  readonly user: User;
  /** Of the request; for LocalSubjectAccessReview only. */
  readonly namespace?: string;
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}

/** The status of a review. @throws StatusError BadRequest or Invalid for a question that cannot be answered */
export const accessReviewStatus = async (kind: AccessReviewKind, question: Question): Promise<JsonObject> =>
  ANSWERS[kind](question);

const ANSWERS: Readonly<Record<AccessReviewKind, (question: Question) => Promise<JsonObject> | JsonObject>> =
  {
    SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
    SelfSubjectAccessReview: (question) => {
      assertAnswerable('SelfSubjectAccessReview', attributesProblems(question.spec));
      return access(question.api, question.user, question.spec);
    },
    SelfSubjectRulesReview: rules,
    SubjectAccessReview: (question) => aboutAnother('SubjectAccessReview', question, []),
    LocalSubjectAccessReview: (question) =>
      aboutAnother('LocalSubjectAccessReview', question, localProblems(question)),
  };

function aboutAnother(
  kind: AccessReviewKind,
  { api, spec }: Question,
  further: readonly FieldError[],
): Promise<JsonObject> {
  const groups = texts(spec.groups);
  const unnamed =
    text(spec.user) === '' && groups.length === 0
      ? [invalidField('spec.user', '', 'at least one of user or group must be specified')]
      : [];
  assertAnswerable(kind, [...attributesProblems(spec), ...unnamed, ...further]);
  const extra = isObject(spec.extra) ? spec.extra : {};
  const user = {
    name: text(spec.user),
    groups,
    ...(text(spec.uid) ? { uid: text(spec.uid) } : {}),
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, texts(values)])),
  };
  return access(api, user, spec);
}

/** `pkg/apis/authorization/validation/validation.go`. */
function attributesProblems({
  resourceAttributes,
  nonResourceAttributes,
}: JsonObject): readonly FieldError[] {
  const [ofResource, ofPath] = [isObject(resourceAttributes), isObject(nonResourceAttributes)];
  if (ofResource !== ofPath) return [];
  return ofResource
    ? [
        invalidField(
          'spec.nonResourceAttributes',
          nonResourceAttributes,
          'cannot be specified in combination with resourceAttributes',
        ),
      ]
    : [
        invalidField(
          'spec.resourceAttributes',
          null,
          'exactly one of nonResourceAttributes or resourceAttributes must be specified',
        ),
      ];
}

function localProblems({ spec, namespace, metadata }: Question): readonly FieldError[] {
  if (text(metadata.namespace) !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (isObject(spec.nonResourceAttributes)) {
    const { nonResourceAttributes } = spec;
    const why = 'disallowed on this kind of request';
    return [invalidField('spec.nonResourceAttributes', nonResourceAttributes, why)];
  }
  const asked = isObject(spec.resourceAttributes) ? text(spec.resourceAttributes.namespace) : namespace;
  return asked === namespace
    ? []
    : [invalidField('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')];
}

function assertAnswerable(kind: AccessReviewKind, problems: readonly FieldError[]): void {
  const group = 'authorization.k8s.io';
  if (problems.length > 0) throw invalid({ group, plural: '', kind }, '', problems);
}

async function access(api: Question['api'], user: User, spec: JsonObject): Promise<JsonObject> {
  const { allowed, reason } = await api.authorize(user, attributesOf(spec));
  return { allowed, ...(reason ? { reason } : {}) };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  if (isObject(nonResourceAttributes)) {
    return { verb: text(nonResourceAttributes.verb), path: text(nonResourceAttributes.path) };
  }
  const asked = isObject(resourceAttributes) ? resourceAttributes : {};
  const optional = (name: 'subresource' | 'namespace' | 'name') =>
    text(asked[name]) === '' ? {} : { [name]: text(asked[name]) };
  const fieldSelector = selectorOf(asked.fieldSelector);
  return {
    verb: text(asked.verb),
    group: text(asked.group),
    resource: text(asked.resource),
    ...optional('subresource'),
    ...optional('namespace'),
    ...optional('name'),
    ...(fieldSelector === '' ? {} : { fieldSelector }),
    // Nobody knows what would be written.
    isUnread: true,
  };
}

/** A field selector as text; requirements that are not understood are left out, which asks for more. */
function selectorOf(selector: Json | undefined): string {
  if (!isObject(selector)) return '';
  const requirements = Array.isArray(selector.requirements) ? selector.requirements : [];
  const terms = requirements.filter(isObject).flatMap(({ key, operator, values }) => {
    const [value, ...more] = texts(values);
    if (value === undefined || more.length > 0) return [];
    return operator === 'In' ? [`${key}=${value}`] : operator === 'NotIn' ? [`${key}!=${value}`] : [];
  });
  return text(selector.rawSelector) || terms.join(',');
}

async function rules({ api, user, spec }: Question): Promise<JsonObject> {
  const namespace = text(spec.namespace);
  if (namespace === '') throw badRequest('no namespace on request');
  const found = await api.rulesFor(user, namespace);
  return {
    resourceRules: found.rules.filter(({ resources = [] }) => resources.length > 0).map(resourceRule),
    nonResourceRules: found.rules
      .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs = [] }) => ({
        verbs: [...verbs],
        nonResourceURLs: [...nonResourceURLs],
      })),
    incomplete: found.incomplete,
    ...(found.error === undefined ? {} : { evaluationError: found.error }),
  };
}

const resourceRule = ({ verbs, apiGroups = [], resources = [], resourceNames }: PolicyRule): JsonObject => ({
  verbs: [...verbs],
  apiGroups: [...apiGroups],
  resources: [...resources],
  ...(resourceNames ? { resourceNames: [...resourceNames] } : {}),
});

/** authentication.k8s.io UserInfo. */
export const userInfo = ({ name, groups, uid, extra = {} }: User): JsonObject => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups: [...groups],
  ...(Object.keys(extra).length > 0
    ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }
    : {}),
});

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const texts = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
