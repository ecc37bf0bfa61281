/** What ends with a password, or with an account that is disabled: everything that its holder signed in to, and no key that they made. */
import type { KubeClient } from '../kube/client/client.ts';
import type { PasswordSet } from '../model/identityfaces.ts';
import { listTokens, revokeToken } from './tokens.ts';

/** Signs a user out of every browser and every command line. Keys for programs stay, and are in the answer by name. */
export async function endSignIns(
  home: KubeClient,
  owner: string,
): Promise<Pick<PasswordSet, 'endedSignIns' | 'tokens'>> {
  const kept: string[] = [];
  let endedSignIns = 0;
  for (const { metadata, spec } of await listTokens(home, owner)) {
    const name = metadata.name ?? '';
    if (spec.type === 'session' || spec.type === 'login') {
      await revokeToken(home, name);
      endedSignIns += 1;
    } else kept.push(name);
  }
  return { endedSignIns, tokens: kept.sort() };
}

/** What a person is told whose password was set: who knew the old one may be signed in, and may have made keys. */
export function passwordSet(
  name: string,
  { endedSignIns, tokens }: Awaited<ReturnType<typeof endSignIns>>,
): PasswordSet {
  const lines = [`The password of ${name} is set.`];
  if (endedSignIns > 0)
    lines.push(`Sign-ins of before have ended (${endedSignIns}): sign in again with pilotage login ${name}.`);
  if (tokens.length > 0)
    lines.push(
      `Tokens stay: ${tokens.join(', ')}. One that is nobody’s any more: pilotage token revoke NAME.`,
    );
  return { message: lines.join('\n'), endedSignIns, tokens };
}
