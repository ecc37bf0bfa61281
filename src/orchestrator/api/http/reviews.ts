import type { Awaitable } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { TokenRules } from '../auth/authentication.ts';
import { REVIEWS, type ReviewKind } from '../kinds/reviews.data.ts';
import { type Api, type Attributes, REQUEST_VERBS, type RequestVerb } from '../types.ts';
import { answerTokenReview, userInfo } from './tokenreview.ts';

/** Answers a review: the object as sent, with its status. undefined: the path is not that of a review. */
export function reviewOf(group: string, plural: string): ReviewKind | undefined {
  return REVIEWS.find((row) => row.group === group && row.plural === plural)?.kind;
}

export async function answerReview(
  api: Api,
  tokens: TokenRules,
  user: User,
  kind: ReviewKind,
  body: Json,
): Promise<JsonObject> {
  const review = isObject(body) ? body : {};
  const spec = isObject(review.spec) ? review.spec : {};
  const status = await ANSWERS[kind]({ api, tokens, user, spec });
  const group = REVIEWS.find((row) => row.kind === kind)?.group ?? '';
  return { ...review, apiVersion: `${group}/v1`, kind, metadata: {}, status };
}

type Reviewer = (question: Question) => Awaitable<JsonObject>;

interface Question {
  readonly api: Api;
  readonly tokens: TokenRules;
  readonly user: User;
  readonly spec: JsonObject;
}

const ANSWERS: Readonly<Record<ReviewKind, Reviewer>> = {
  SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
  SelfSubjectAccessReview: ({ api, user, spec }) => access(api, user, spec),
  SubjectAccessReview: aboutAnother,
  LocalSubjectAccessReview: aboutAnother,
  TokenReview: ({ tokens, spec }) => answerTokenReview(tokens, spec),
};

function aboutAnother({ api, spec }: Question): Promise<JsonObject> {
  const groups = Array.isArray(spec.groups) ? spec.groups.map(String) : [];
  return access(api, { name: text(spec.user), groups }, spec);
}

async function access(api: Api, user: User, spec: JsonObject): Promise<JsonObject> {
  const attributes = attributesOf(spec);
  if (!attributes) return { allowed: false, reason: 'the verb is not one that this server knows' };
  const decision = await api.authorize(user, attributes);
  return decision.allowed ? { allowed: true } : { allowed: false, reason: decision.reason };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes | undefined {
  if (isObject(nonResourceAttributes)) {
    return { verb: text(nonResourceAttributes.verb), path: text(nonResourceAttributes.path) };
  }
  const asked = isObject(resourceAttributes) ? resourceAttributes : {};
  const verb = verbOf(asked.verb);
  if (!verb) return undefined;
  const optional = (name: 'subresource' | 'namespace' | 'name') =>
    text(asked[name]) === '' ? {} : { [name]: text(asked[name]) };
  return {
    verb,
    group: text(asked.group),
    resource: text(asked.resource),
    ...optional('subresource'),
    ...optional('namespace'),
    ...optional('name'),
  };
}

/** `*`: may the user do everything? Deleting whole collections stands for it, the most dangerous verb. */
const verbOf = (value: Json | undefined): RequestVerb | undefined =>
  value === '*' ? 'deletecollection' : REQUEST_VERBS.find((verb) => verb === value);

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
