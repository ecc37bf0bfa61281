import { isAuthority } from '../../base/authority.ts';
import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { LABELS } from '../../model/annotations.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import { isReserved } from '../../model/namespaces.ts';
import { DELIVERIES, PILOTAGE_API_VERSION, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { keepSecret } from '../state/ownsecret.ts';
import { forgeSpec } from './connectforge.ts';
import { prometheusSpec } from './connectprometheus.ts';
import { repositoryOf, unscanned } from './connectrepository.ts';
import type { ScanHostKeys } from './connectssh.ts';
import { signaturesSpec } from './signers.ts';

const FIELD_MANAGER = 'pilotage-connect';
/** The name becomes part of namespaces and repository paths: an RFC 1123 label, short enough for `-<environment>` to follow. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/**
 * Creates a Delivery or changes where its repository is and what it may use; what is not named stays as it is. Where any of
 * it is refused, nothing is written: credentials that are meant for another server are not shown to the one of before. `deployKey`: the
 * public half of a key that was made just now.
 */
export async function connect(
  home: KubeClient,
  request: ConnectRequest,
  scan: ScanHostKeys = unscanned,
): Promise<{ message: string; deployKey?: string }> {
  const { name } = request;
  if (!NAME.test(name)) {
    throw new ProblemError({
      reason: 'BadRequest',
      message: `"${name}" cannot name a delivery.`,
      remedy: 'Use up to 40 lower-case letters, digits and dashes, as in shop or web-2.',
    });
  }
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  const existing = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
  const reserved = request.allowNamespaces?.find(isReserved);
  if (reserved) {
    throw new ProblemError({
      reason: 'NamespaceReserved',
      message: `Namespace ${reserved} belongs to the cluster: no environment may deliver there, and no word opens it.`,
    });
  }
  const hosts = [
    ...(request.allowRegistries ?? []),
    ...(request.allowBases ?? []),
    ...(request.allowCharts ?? []),
  ];
  const unreadable = hosts.find((word) => !isAuthority(word));
  if (unreadable !== undefined) {
    throw new ProblemError({
      reason: 'BadRequest',
      message: `"${unreadable}" is not where a ${request.allowBases?.includes(unreadable) ? 'repository' : 'registry'} is.`,
      remedy: 'Write HOST or HOST:PORT, without https:// and without a path.',
    });
  }
  const before = existing?.spec;
  const words: JsonObject = {
    ...after('clusters', before?.clusters, request.allowClusters, request.forbidClusters),
    ...after('namespaces', before?.namespaces, request.allowNamespaces, request.forbidNamespaces),
    ...after('clusterScoped', before?.clusterScoped, request.allowClusterScoped, request.forbidClusterScoped),
    ...after('registries', before?.registries, request.allowRegistries, request.forbidRegistries),
    ...after('bases', before?.bases, request.allowBases, request.forbidBases),
    ...(request.previews === undefined ? {} : { previews: mostPreviews(request.previews) }),
    ...after('charts', before?.charts, request.allowCharts, request.forbidCharts),
    ...after('healthRules', before?.healthRules, allowedRules(request), request.forbidHealth),
  };
  const repository = await repositoryOf(home, request, before?.repository, scan);
  const { deployKey } = repository;
  const parts = [
    repository,
    forgeSpec(request, before),
    prometheusSpec(request, before),
    signaturesSpec(request, before),
  ];
  const spec: JsonObject = Object.assign(words, ...parts.map((part) => part.spec));
  for (const { keep } of parts) if (keep) await keepSecret(home, keep);
  const made = deployKey === undefined ? {} : { deployKey };
  if (existing) {
    await home.patch(DELIVERIES, key, { type: 'merge', body: { spec } }, { fieldManager: FIELD_MANAGER });
    return { message: `Delivery ${name} is changed.`, ...made };
  }
  await home.create(
    DELIVERIES,
    {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { ...key, labels: { [LABELS.delivery]: name } },
      spec: { repository: { type: 'hosted' }, ...spec },
    },
    { fieldManager: FIELD_MANAGER },
  );
  const where = repository.url ? `follows ${repository.url}` : 'waits for its first push';
  return { message: `Delivery ${name} ${where}.`, ...made };
}

/** As the message of a verdict shows them. */
function allowedRules({ allowHealth }: ConnectRequest): readonly string[] | undefined {
  const wrong = allowHealth?.find((digest) => !/^[0-9a-f]{32}$/.test(digest));
  if (wrong === undefined) return allowHealth;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${wrong}" is not the digest of a health rule.`,
    remedy: 'pilotage status shows the digest of a rule that waits for a word, 32 digits and letters.',
  });
}

function mostPreviews(asked: number): number {
  if (asked >= 0 && asked <= 100) return asked;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `${asked} previews cannot be allowed.`,
    remedy: 'A number up to 100, or off.',
  });
}

/** A list of words after a request; nothing where the request does not speak of it. */
function after(
  field: 'clusters' | 'namespaces' | 'clusterScoped' | 'registries' | 'bases' | 'charts' | 'healthRules',
  before: readonly string[] = [],
  allow: readonly string[] | undefined,
  forbid: readonly string[] | undefined,
): JsonObject {
  if (!allow && !forbid) return {};
  const allowed = new Set([...before, ...(allow ?? [])]);
  for (const word of forbid ?? []) allowed.delete(word);
  return { [field]: [...allowed] };
}
