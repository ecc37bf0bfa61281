import type { Problem } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { PILOTAGE_NAMESPACE, USERS } from '../model/types.ts';
import type { User } from '../model/user.ts';

/** Why somebody cannot be the one who approves, whatever roles say: an approval is the word of a person who is signed in, never a typed name. */
export async function approverProblem(home: KubeClient, user: User): Promise<Problem | undefined> {
  if (user.delegated)
    return {
      reason: 'Forbidden',
      message: `${user.name} is a robot, or bears a token that somebody else made: it approves nothing.`,
      remedy: 'The person signs in, and approves: pilotage login.',
    };
  if (user.verified) return undefined;
  const { items } = await home.list(USERS, { namespace: PILOTAGE_NAMESPACE, limit: 1 });
  return {
    reason: 'Forbidden',
    message: `${user.name} is a name that the holder of the daemon’s token gave: approvals are by who is signed in.`,
    remedy: items.length > 0 ? 'pilotage login, then: pilotage approve.' : FIRST_ACCOUNT,
  };
}

const FIRST_ACCOUNT =
  'Nobody has an account yet. Make one for each person who approves: pilotage user create NAME, then pilotage role grant approver --user NAME; they sign in by pilotage login NAME.\n' +
  '    Whoever works alone has nobody to approve: leave `approvals` out of pilotage.yaml, and agree to that by pilotage accept.';
