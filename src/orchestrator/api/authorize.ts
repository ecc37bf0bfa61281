import { type Awaitable, after } from '../../base/awaitable.ts';
import type { User } from '../../kube/client/client.ts';
import type { Attributes, Authorizer } from './authorization.ts';
import { denied } from './errors.ts';

/** The one way to ask the authorizer where a refusal is the answer. @throws StatusError Forbidden, in kube-apiserver's words */
export function assertAuthorized(
  authorizer: Authorizer,
  user: User,
  attributes: Attributes,
): Awaitable<void> {
  return after(authorizer(user, attributes), (decision) => {
    if (!decision.allowed) throw denied(user, attributes, decision.reason);
  });
}
