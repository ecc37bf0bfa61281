import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { readSigners, type Signers } from '../../signatures/allowedsigners.ts';
import { readSecret } from '../state/ownsecret.ts';
import type { ConnectPart } from './connectsecret.ts';

const FIELD_MANAGER = 'pilotage-connect';
const OWN_KEY = 'signing-key';

type SignersRequest = Pick<ConnectRequest, 'name' | 'signers' | 'requireSignatures' | 'signedSince'>;

/**
 * What a Delivery says of signatures from now on, as a merge patch; nothing where the request does not speak of it. The keys are in a Secret of
 * namespace `pilotage`: a repository that is judged by them does not hold them. @throws ProblemError BadRequest
 */
export function signaturesSpec(
  { name, signers, requireSignatures, signedSince }: SignersRequest,
  before: Delivery['spec'] | undefined,
): ConnectPart {
  if (signers === undefined && requireSignatures === undefined && signedSince === undefined)
    return { spec: {} };
  if (requireSignatures && signers === undefined && !before?.signatures?.secretRef)
    throw new ProblemError(noKeys(name));
  const odd = signedSince?.find((oid) => !/^[0-9a-f]{40}$/.test(oid));
  if (odd !== undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `"${odd}" is not the id of a commit.`,
      remedy: 'Write all 40 digits: git rev-parse main',
    });
  const problem = signers === undefined ? undefined : readSigners(signers, 'signers').problems[0];
  if (problem) throw new ProblemError({ ...problem, reason: 'BadRequest' });
  const secret = `signers-${name}`;
  return {
    spec: {
      signatures: {
        ...(signers === undefined ? {} : { secretRef: { name: secret } }),
        ...(requireSignatures === undefined ? {} : { required: requireSignatures }),
        ...(signedSince
          ? { since: [...new Set([...(before?.signatures?.since ?? []), ...signedSince])] }
          : {}),
      },
    },
    ...(signers === undefined ? {} : { keep: { name: secret, data: { signers } } }),
  };
}

const noKeys = (delivery: string) => ({
  reason: 'BadRequest',
  message: `Whose signatures count for ${delivery} is not known, so that none could be required.`,
  remedy: `pilotage connect ${delivery} --require-signatures FILE (allowed signers of ssh-keygen(1), or keys of OpenPGP)`,
});

/** What is known of the signatures of a delivery: `signers` undefined where no key counts. */
export async function signaturePolicy(
  home: KubeClient,
  delivery: string,
): Promise<{
  readonly required: boolean;
  readonly signers: Signers | undefined;
  readonly digest?: string;
  readonly since: readonly string[];
}> {
  const object = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: delivery })
    .catch(notFoundAsUndefined);
  const { required = false, secretRef, since = [] } = object?.spec.signatures ?? {};
  if (!secretRef) return { required, signers: undefined, since };
  const { signers: text = '' } = (await readSecret(home, secretRef.name)) ?? {};
  const { signers, problems } = readSigners(text, secretRef.name);
  const digest = createHash('sha256').update(text).digest('hex');
  // Written by hand, and not as it should be: nobody is let sign by half of a list.
  return { required, signers: problems.length > 0 ? undefined : signers, digest, since };
}

/** The key that this Pilotage signs its commits with: made at the first use, and kept in a Secret. */
export function createOwnKey(home: KubeClient): () => Promise<KeyObject> {
  let known: Promise<KeyObject> | undefined;
  return () => {
    known ??= readOrMake(home).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function readOrMake(home: KubeClient): Promise<KeyObject> {
  const existing = await readOwnKey(home);
  if (existing) return existing;
  const { privateKey } = generateKeyPairSync('ed25519');
  const stringData = { 'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  await home
    .create(
      SECRETS,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: OWN_KEY, namespace: PILOTAGE_NAMESPACE },
        type: 'Opaque',
        stringData,
      },
      { fieldManager: FIELD_MANAGER },
    )
    // Somebody was faster: what is there counts.
    .catch(() => undefined);
  const stored = await readOwnKey(home);
  if (stored) return stored;
  throw new ProblemError({
    reason: 'Unavailable',
    message: `The Secret ${PILOTAGE_NAMESPACE}/${OWN_KEY}, whose key signs what Pilotage commits, can be neither read nor made.`,
  });
}

async function readOwnKey(home: KubeClient): Promise<KeyObject | undefined> {
  const pem = (await readSecret(home, OWN_KEY))?.['key.pem'];
  return pem ? createPrivateKey(pem) : undefined;
}

export const publicHalf = (key: KeyObject): KeyObject => createPublicKey(key);
