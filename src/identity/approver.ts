import type { Problem } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { PILOTAGE_NAMESPACE, USERS } from '../model/types.ts';
import type { User } from '../model/user.ts';

/**
 * Why somebody cannot be the one who approves, whatever roles say: an approval is the word of a person who is signed in. Where nobody has an
 * account, the holder of the daemon's token may still give a name, which is recorded as unverified.
 */
export async function approverProblem(home: KubeClient, user: User): Promise<Problem | undefined> {
  if (user.delegated)
    return {
      reason: 'Forbidden',
      message: `${user.name} is a robot, or bears a token that somebody else made: it approves nothing.`,
      remedy: 'The person signs in, and approves: pilotage login.',
    };
  if (user.verified) return undefined;
  const { items } = await home.list(USERS, { namespace: PILOTAGE_NAMESPACE, limit: 1 });
  if (items.length === 0) return undefined;
  return {
    reason: 'Forbidden',
    message: `${user.name} is a name that the holder of the daemon’s token gave: there are accounts, and approvals are by who is signed in.`,
    remedy: 'pilotage login, then: pilotage approve.',
  };
}
