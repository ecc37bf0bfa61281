import { isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import { accessReviewStatus } from '../accessreviews.ts';
import type { TokenRules } from '../auth/authentication.ts';
import { REVIEWS, type ReviewKind } from '../kinds/reviews.data.ts';
import type { Api } from '../types.ts';
import { representationOf } from '../wire/negotiation.ts';
import { type Call, requiredBody } from './request.ts';
import type { ResourceRoute } from './resourcehandlers.ts';
import { answerTokenReview } from './tokenreview.ts';

/** undefined: the path is not that of a review. */
export const reviewOf = ({ group, plural, name }: ResourceRoute): ReviewKind | undefined =>
  name === undefined ? REVIEWS.find((row) => row.group === group && row.plural === plural)?.kind : undefined;

/** A review is an answer and no object: it has neither columns nor metadata. @throws StatusError NotAcceptable */
function assertReviewForm(accept: string | undefined): void {
  if (representationOf(accept) === 'object') return;
  throw statusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

/** Answers a review: the object as sent, with its status. */
export async function answerReview(
  api: Api,
  tokens: TokenRules,
  call: Call,
  { namespace }: ResourceRoute,
  kind: ReviewKind,
): Promise<JsonObject> {
  assertReviewForm(call.accept);
  const { value: body } = await requiredBody(call);
  const review = isObject(body) ? body : {};
  const [spec, metadata] = [review.spec, review.metadata].map((part) => (isObject(part) ? part : {}));
  const question = {
    api,
    user: call.user,
    spec: spec ?? {},
    metadata: metadata ?? {},
    ...(namespace === undefined ? {} : { namespace }),
  };
  const status =
    kind === 'TokenReview'
      ? await answerTokenReview(tokens, question.spec)
      : await accessReviewStatus(kind, question);
  const group = REVIEWS.find((row) => row.kind === kind)?.group ?? '';
  return {
    ...review,
    apiVersion: `${group}/v1`,
    kind,
    metadata: namespace === undefined ? {} : { namespace },
    status,
  };
}
