import { isObject } from '../../../../kube/values/equal.ts';
import type { JsonObject, KubeObject } from '../../../../kube/values/types.ts';
import type { BoundObject, TokenSubject } from '../../tokenissuer.ts';
import { LEEWAY_SECONDS, timeFault } from '../jwt.ts';

/** What a token says, and whether it is still so (Kubernetes `pkg/serviceaccount/claims.go`, with its words). */
const PRIVATE = 'kubernetes.io';

export interface ClaimsInput {
  readonly issuer: string;
  readonly subject: TokenSubject;
  readonly audiences: readonly string[];
  readonly id: string;
  /** Milliseconds. */
  readonly now: number;
  readonly seconds: number;
}

export function claimsFor({ issuer, subject, audiences, id, now, seconds }: ClaimsInput): JsonObject {
  const { namespace, account, pod, secret, node } = subject;
  const issuedAt = Math.floor(now / 1000);
  const refs = { pod, secret, node };
  const bound = Object.entries(refs).flatMap(([name, ref]) => (ref ? [[name, { ...ref }] as const] : []));
  return {
    aud: [...audiences],
    exp: issuedAt + seconds,
    iat: issuedAt,
    iss: issuer,
    jti: id,
    [PRIVATE]: { namespace, serviceaccount: { ...account }, ...Object.fromEntries(bound) },
    nbf: issuedAt,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  };
}

/** An object as it is now; undefined: there is none. Nodes have no namespace. */
export type Lookup = (
  plural: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
  name: string,
  namespace: string,
) => KubeObject | undefined;

export type Judgement =
  | { readonly valid: true; readonly subject: TokenSubject }
  | { readonly valid: false; readonly reason: string };

const TIME_FAULTS = {
  expired: 'service account token has expired',
  early: 'service account token is not valid yet',
  future: 'service account token is issued in the future',
  malformed: 'service account token claims could not be validated due to unexpected validation error',
} as const;
const GONE = 'service account token has been invalidated';

/** Claims of a token whose signature is right. Whatever it is bound to must still be there, with the same uid. */
export function judgeClaims(claims: JsonObject, now: number, lookup: Lookup): Judgement {
  const late = timeFault(claims, now);
  if (late) return refused(TIME_FAULTS[late]);
  const subject = subjectOf(claims);
  if (!subject || claims.exp === undefined) return refused(TIME_FAULTS.malformed);
  const { namespace, account } = subject;
  if (claims.sub !== `system:serviceaccount:${namespace}:${account.name}`) {
    return refused(TIME_FAULTS.malformed);
  }
  const found = lookup('serviceaccounts', account.name, namespace);
  if (!found) return refused(`serviceaccounts "${account.name}" not found`);
  if (found.metadata.uid !== account.uid) {
    return refused(`service account UID (${found.metadata.uid}) does not match claim (${account.uid})`);
  }
  if (isLongDeleted(found, now)) {
    return refused(`service account ${namespace}/${account.name} has been deleted`);
  }
  const fault = boundFault(subject, now, lookup);
  return fault === undefined ? { valid: true, subject } : refused(fault);
}

const refused = (reason: string): Judgement => ({ valid: false, reason });

function boundFault({ namespace, pod, secret, node }: TokenSubject, now: number, lookup: Lookup) {
  if (secret) return faultOf('Secret', secret, lookup('secrets', secret.name, namespace), now);
  if (pod) return faultOf('Pod', pod, lookup('pods', pod.name, namespace), now);
  if (node) return faultOf('Node', node, lookup('nodes', node.name, ''), now);
  return undefined;
}

function faultOf(
  kind: 'Secret' | 'Pod' | 'Node',
  { uid = '' }: { readonly uid?: string },
  found: KubeObject | undefined,
  now: number,
): string | undefined {
  if (!found) return GONE;
  if (found.metadata.uid !== uid) {
    const claim = `service account ${kind.toLowerCase()} ref claim`;
    return `${kind} UID (${found.metadata.uid}) does not match ${claim} (${uid})`;
  }
  return isLongDeleted(found, now) ? GONE : undefined;
}

/** What ends gracefully may go on speaking for as long as clocks may differ. */
const isLongDeleted = ({ metadata: { deletionTimestamp } }: KubeObject, now: number): boolean =>
  deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY_SECONDS * 1000;

function subjectOf(claims: JsonObject): TokenSubject | undefined {
  const own = claims[PRIVATE];
  if (!isObject(own) || typeof own.namespace !== 'string') return undefined;
  const account = refOf(own.serviceaccount);
  if (!account) return undefined;
  const [pod, secret] = [refOf(own.pod), refOf(own.secret)];
  const node = isObject(own.node) ? nodeOf(own.node) : undefined;
  return {
    namespace: own.namespace,
    account,
    ...(pod ? { pod } : {}),
    ...(secret ? { secret } : {}),
    ...(node ? { node } : {}),
  };
}

const refOf = (value: unknown): BoundObject | undefined =>
  isObject(value) && typeof value.name === 'string' && typeof value.uid === 'string'
    ? { name: value.name, uid: value.uid }
    : undefined;

const nodeOf = ({ name, uid }: JsonObject): TokenSubject['node'] =>
  typeof name === 'string' ? { name, ...(typeof uid === 'string' ? { uid } : {}) } : undefined;
