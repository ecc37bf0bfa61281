import type { JsonObject } from '../../../kube/values/types.ts';
import { userInfo } from '../accessreviews.ts';
import { meantFor, type TokenRules, withAuthenticated } from '../auth/authentication.ts';

/**
 * The status of a TokenReview (Kubernetes `pkg/registry/authentication/tokenreview/storage.go`): without audiences of its own it asks about
 * those of this server. A token that says nothing of audiences is meant for this server alone.
 */
export async function answerTokenReview(rules: TokenRules, spec: JsonObject): Promise<JsonObject> {
  const { token, audiences: asked } = spec;
  const wanted = Array.isArray(asked) && asked.length > 0 ? asked.map(String) : rules.audiences;
  if (typeof token !== 'string' || token === '') {
    return { user: {}, error: 'token is required for TokenReview in authentication' };
  }
  const found = await rules.tokens(token);
  const known = found?.type === 'user' ? { ...found, audiences: found.audiences ?? rules.audiences } : found;
  const answer = meantFor(known, wanted);
  if (answer?.type !== 'user') return { user: {}, ...(answer ? { error: answer.reason } : {}) };
  const user = userInfo(withAuthenticated(answer.user));
  return { authenticated: true, user, audiences: [...(answer.audiences ?? [])] };
}
