import { rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { type FieldError, invalid as invalidField } from '../../../kube/values/fielderrors.ts';
import { statusError } from '../../../kube/values/status.ts';
import { apiVersionOf, gvkOf, type JsonObject, type KubeObject } from '../../../kube/values/types.ts';
import { collectionPrefix, prefixIn } from '../../store/keys.ts';
import { badRequest, invalid, notFound } from '../errors.ts';
import type { BoundObject, TokenSubject } from '../tokenissuer.ts';
import type { ActionRow, World } from './kind.ts';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } as const;
const NAMED = { ...KIND, plural: KIND.kind };

/** Defaults and bounds of `pkg/apis/authentication`: seconds. */
const DEFAULT_SECONDS = 3_600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

/**
 * POST of a TokenRequest: a token of this account (Kubernetes `pkg/registry/core/serviceaccount/storage/token.go`). A token lives as long as
 * it was asked for: other than there, one of 3607 seconds is not silently valid for a year.
 */
export const TOKEN: ActionRow = {
  type: 'action',
  name: 'token',
  verbs: ['create'],
  kind: KIND,
  act: (live, request, world) => ({ type: 'answer', object: answer(live, request, world) }),
};

function answer(account: KubeObject, request: KubeObject, world: World): KubeObject {
  const { tokenIssuer, clock } = world;
  if (!tokenIssuer) throw statusError('MethodNotAllowed', 'this server issues no tokens');
  const { name = '', namespace = '', uid = '' } = account.metadata;
  assertSame(account, request);
  const spec = isObject(request.spec) ? request.spec : {};
  const seconds = secondsOf(spec);
  const audiences = audiencesOf(spec) ?? tokenIssuer.audiences;
  const bound = isObject(spec.boundObjectRef) ? boundBy(spec.boundObjectRef, account, world) : {};
  const subject = { namespace, account: { name, uid }, ...bound };
  const now = clock.now();
  return {
    apiVersion: apiVersionOf(KIND),
    kind: KIND.kind,
    metadata: { name, namespace, uid, creationTimestamp: rfc3339(now) },
    spec: { ...spec, audiences: [...audiences], expirationSeconds: seconds },
    status: {
      token: tokenIssuer.issue(subject, audiences, seconds),
      expirationTimestamp: rfc3339(now + seconds * 1000),
    },
  };
}

/** What the request says of the account must be so. */
function assertSame({ metadata: account }: KubeObject, { metadata: asked }: KubeObject): void {
  const { name = '', uid = '' } = account;
  for (const member of ['name', 'namespace'] as const) {
    const value = asked[member];
    if (!value || value === account[member]) continue;
    const why = `must match the service account ${member} if specified`;
    throw invalid(NAMED, name, [invalidField(`metadata.${member}`, value, why)]);
  }
  if (asked.uid && asked.uid !== uid) {
    throw mismatch(
      name,
      `the UID in the token request (${asked.uid}) does not match the UID of the service account (${uid})`,
    );
  }
}

const mismatch = (name: string, why: string) =>
  statusError('Conflict', `Operation cannot be fulfilled on ${KIND.kind}.${KIND.group} "${name}": ${why}`, {
    name,
    group: KIND.group,
    kind: KIND.kind,
  });

function secondsOf({ expirationSeconds = DEFAULT_SECONDS }: JsonObject): number {
  const seconds = Number(expirationSeconds ?? DEFAULT_SECONDS);
  const fault = (why: string): FieldError => invalidField('spec.expirationSeconds', seconds, why);
  if (!Number.isInteger(seconds)) throw invalid(NAMED, '', [fault('must be a whole number')]);
  if (seconds < LEAST_SECONDS)
    throw invalid(NAMED, '', [fault('may not specify a duration less than 10 minutes')]);
  if (seconds > MOST_SECONDS)
    throw invalid(NAMED, '', [fault('may not specify a duration larger than 2^32 seconds')]);
  return seconds;
}

function audiencesOf({ audiences }: JsonObject): readonly string[] | undefined {
  if (!Array.isArray(audiences) || audiences.length === 0) return undefined;
  return audiences.map(String);
}

const BINDABLE = new Map([
  ['Pod', 'pods'],
  ['Secret', 'secrets'],
  ['Node', 'nodes'],
] as const);

/** What the token is bound to, found as it is now. */
function boundBy(ref: JsonObject, account: KubeObject, { store }: World): Partial<TokenSubject> {
  const { name: accountName = '', namespace = '' } = account.metadata;
  const { group, version, kind } = gvkOf({ apiVersion: text(ref.apiVersion), kind: text(ref.kind) });
  const plural = group === '' ? BINDABLE.get(kind as 'Pod') : undefined;
  if (!plural) {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const name = text(ref.name);
  const prefix = prefixIn('', plural, plural === 'nodes' ? undefined : namespace);
  const found = store.get(prefix + name)?.object;
  if (!found) throw notFound({ group: '', plural, kind }, name);
  const uid = found.metadata.uid ?? '';
  const bound: BoundObject = { name, uid };
  const pod = plural === 'pods' ? (found as Pod) : undefined;
  if (pod && (pod.spec.serviceAccountName ?? 'default') !== accountName) {
    throw badRequest(
      `cannot bind token for serviceaccount "${accountName}" to pod running with different serviceaccount name.`,
    );
  }
  if (ref.uid && ref.uid !== uid) {
    throw mismatch(
      name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (plural === 'secrets') return { secret: bound };
  if (!pod) return { node: bound };
  return { pod: bound, ...nodeOf(pod, { store }) };
}

function nodeOf({ spec: { nodeName } }: Pod, { store }: Pick<World, 'store'>): Pick<TokenSubject, 'node'> {
  if (!nodeName) return {};
  const uid = store.get(collectionPrefix('', 'nodes') + nodeName)?.object.metadata.uid;
  return { node: { name: nodeName, ...(uid === undefined ? {} : { uid }) } };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
