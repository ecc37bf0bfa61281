import type { Awaitable } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';

/** Who bears a token, and for whom the token is meant, as far as it says so. */
export type TokenAnswer =
  | {
      readonly type: 'user';
      readonly user: User;
      /** Absent: it is meant for this API, without saying so. */
      readonly audiences?: readonly string[];
    }
  /** A token of this kind, which is not accepted; the reason is for logs and TokenReviews, not for the bearer. */
  | { readonly type: 'refused'; readonly reason: string };

/** One way to know a token. undefined: the token is of another kind, or of nobody. May wait, and never rejects. */
export type TokenAuthenticator = (token: string) => Awaitable<TokenAnswer | undefined>;

/** All ways as one, asked in their order (`k8s.io/apiserver/pkg/authentication/token/union`); what the first of them refuses, a later one may accept. */
export function anyOf(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return async (token) => {
    const reasons: string[] = [];
    for (const authenticate of authenticators) {
      const answer = await authenticate(token);
      if (answer?.type === 'user') return answer;
      if (answer) reasons.push(answer.reason);
    }
    return reasons.length === 0 ? undefined : { type: 'refused', reason: reasons.join(', ') };
  };
}
