import type { Problem } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isNotFound, StatusError } from '../../kube/values/status.ts';
import { apiVersionOf, type JsonObject, type KubeObject, type Resource } from '../../kube/values/types.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import type { Lookup, LookupAnswer } from '../../render/recorded.ts';
import { type Fence, lookupProblem } from '../plan/fence.ts';
import { holderOf } from '../plan/tracking.ts';
import type { Owner } from '../plan/types.ts';
import { actingAs } from './identity.ts';
import { claimProblem } from './namespaceclaim.ts';

export interface LookupParts {
  /** As Pilotage. */
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly owner: Owner;
  readonly fence: Fence;
  readonly signal: AbortSignal;
}

/** An answer, and why it is that there is nothing, where the environment may not read what may well be there. */
export interface LookedUp {
  readonly answer: LookupAnswer;
  readonly refusal?: Problem;
  /** Whether it is an object that the environment itself has delivered. */
  readonly isDelivered?: boolean;
}

const NOTHING: LookupAnswer = { object: {} };

/**
 * What Helm's `lookup` gives for an object of an environment's cluster (pkg/engine/lookup_func.go), read as the environment and inside of its
 * fence: a chart sees no Secret that it could not write. Without managedFields, which change with every write.
 */
export async function lookUp(parts: LookupParts, lookup: Lookup): Promise<LookedUp> {
  const { client, environment, fence } = parts;
  const row = await client.resourceFor(lookup);
  if (row === undefined) return { answer: await unserved(client, lookup) };
  const problem = lookupProblem(lookup, row, fence) ?? (await foreignProblem(parts, lookup, row));
  if (problem) return { answer: NOTHING, refusal: refusalOf(environment, lookup, problem) };
  const acting = actingAs(client, environment, {
    owner: parts.owner,
    namespaces: row.namespaced ? [lookup.namespace] : [],
    objects: [{ ref: { ...lookup, namespace: undefined }, resource: row.namespaced ? undefined : row }],
  });
  return read(acting, row, lookup, parts);
}

/** The namespace may be somebody else's, whom only its marks in the cluster name. */
async function foreignProblem(
  { client, owner, fence, signal }: LookupParts,
  { namespace }: Lookup,
  { namespaced }: Resource,
): Promise<Problem | undefined> {
  if (!namespaced) return undefined;
  const allowed = fence.namespaces.includes(namespace);
  return claimProblem(client, { owner, namespace, allowed, signal });
}

async function read(
  client: KubeClient,
  row: Resource,
  { namespace, name }: Lookup,
  { owner, signal }: LookupParts,
): Promise<LookedUp> {
  const where = row.namespaced ? { namespace } : {};
  try {
    if (name !== '') {
      const object = await client.get<KubeObject>(row, { ...where, name }, { signal });
      return { answer: { object: plain(object) }, isDelivered: holderOf(object, owner).type === 'ours' };
    }
    const list = await client.list(row, { ...where, signal });
    return { answer: { object: { ...list, items: list.items.map(plain) } as unknown as JsonObject } };
  } catch (error) {
    if (isNotFound(error)) return { answer: NOTHING };
    if (error instanceof StatusError && REFUSALS.has(error.code)) return { answer: { error: error.message } };
    throw error;
  }
}

/** Answers that stay what they are: Bad Request, Forbidden, Method Not Allowed, Unprocessable. All others are asked again with the next pass. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 405, 422]);

function plain(object: KubeObject): JsonObject {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as JsonObject;
}

/** As Helm: a kind that a known version does not have is not there, a version that is not known is an error. */
async function unserved(client: KubeClient, { apiVersion, kind }: Lookup): Promise<LookupAnswer> {
  const served = await client.resources();
  if (served.some((row) => apiVersionOf(row) === apiVersion)) return NOTHING;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return {
    error: `unable to get apiresource from unstructured: ${group}/${version}, Kind=${kind}: the server could not find the requested resource`,
  };
}

const refusalOf = (environment: Environment, lookup: Lookup, { message, remedy }: Problem): Problem => ({
  reason: 'LookupRefused',
  message: `templates look up ${described(lookup)}, which ${fullName(environment)} may not read (${message}): for them there is none`,
  ...(remedy ? { remedy } : {}),
});

const described = ({ kind, namespace, name }: Lookup): string =>
  [kind, [namespace, name].filter((part) => part !== '').join('/')].filter((part) => part !== '').join(' ');
