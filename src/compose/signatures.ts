/** Signatures of commits: whose count, by what they are verified, and the key that Pilotage signs with. */
import type { Clock } from '../base/clock.ts';
import type { SignCommit } from '../git/repository.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { SignatureSources } from '../promotion/permit/signed.ts';
import { sshBlobOf } from '../signatures/sshkey.ts';
import { signForGit } from '../signatures/sshsig.ts';
import { createVerdicts } from '../signatures/verdicts.ts';
import { createOwnKey, publicHalf, signaturePolicy } from '../sync/intake/signers.ts';
import { createGpg } from '../sync/source/gpg.ts';

export interface Signatures extends SignatureSources {
  readonly sign: SignCommit;
}

export function composeSignatures({
  home,
  path,
  clock,
}: {
  readonly home: KubeClient;
  /** Where gpg(1) may be. */
  readonly path: string;
  readonly clock: Clock;
}): Signatures {
  const ownKey = createOwnKey(home);
  const gpg = createGpg({ path });
  return {
    policyOf: (delivery) => signaturePolicy(home, delivery),
    ownKey: async () => sshBlobOf(publicHalf(await ownKey())),
    verifyPgp: gpg.verify,
    verdicts: createVerdicts(),
    now: () => clock.now(),
    sign: async (payload) => signForGit(await ownKey(), payload),
  };
}
