import { readFileSync } from 'node:fs';
import semver from 'semver';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { ownData } from '../../../base/ownfiles.ts';
import { backoffMs } from '../../../base/queue.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import {
  GATEWAY_CLASS_NAME,
  GATEWAY_CLASSES,
  GATEWAY_CONTROLLER,
  GATEWAYS,
  type GatewayClass,
  HTTP_ROUTES,
  REFERENCE_GRANTS,
} from '../../../kube/kinds/gateways/objects.ts';
import type { CustomResourceDefinition } from '../../../kube/kinds/objects.data.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../kube/kinds/resources.data.ts';
import { apiVersionOf } from '../../../kube/values/types.ts';
import { ensure, KEEP, type Reconciled } from '../ensure.ts';

/** What the project publishes its definitions with: which release they are of, and whether with what is tried out. */
const BUNDLE_VERSION = 'gateway.networking.k8s.io/bundle-version';
const CHANNEL = 'gateway.networking.k8s.io/channel';

/** The kinds of the Gateway API that the ingress serves, as the project publishes them (`scripts/generate-gateway-api.mjs`). */
export const gatewayDefinitions = (): readonly CustomResourceDefinition[] =>
  JSON.parse(readFileSync(ownData('orchestrator/api/gatewayapi/definitions.json'), 'utf8'));

/** What the ingress reads. */
const READ = [GATEWAY_CLASSES, GATEWAYS, HTTP_ROUTES, REFERENCE_GRANTS];

/** Names of kinds, with the version that the ingress reads, of which these definitions serve none. */
const unserved = (stored: readonly CustomResourceDefinition[]): readonly string[] =>
  READ.filter(({ plural, group, version }) =>
    stored.some(
      ({ metadata, spec }) =>
        metadata.name === `${plural}.${group}` &&
        !spec.versions.some(({ name, served }) => name === version && served),
    ),
  ).map((resource) => `${resource.plural} of ${apiVersionOf(resource)}`);

/**
 * They are custom resources here as in every cluster, so that a chart or a manifest that brings them finds what it looks for: definitions
 * that somebody has applied stay, unless they are of the same channel and an older release. Resolves with those that are there then.
 */
export async function ensureGatewayDefinitions(
  client: KubeClient,
  definitions = gatewayDefinitions(),
): Promise<readonly CustomResourceDefinition[]> {
  const stored: CustomResourceDefinition[] = [];
  // One after the other: checking the rules of one keeps the server busy for a tenth of a second.
  for (const wanted of definitions)
    stored.push(await ensure(client, { resource: CUSTOM_RESOURCE_DEFINITIONS, wanted, reconcile: raised }));
  return stored;
}

function raised(
  live: CustomResourceDefinition,
  { metadata: { annotations }, spec }: CustomResourceDefinition,
): Reconciled<CustomResourceDefinition> {
  const before = live.metadata.annotations ?? {};
  const [from, to] = [semver.parse(before[BUNDLE_VERSION]), semver.parse(annotations?.[BUNDLE_VERSION])];
  if (!from || !to || before[CHANNEL] !== annotations?.[CHANNEL] || !semver.lt(from, to)) return KEEP;
  return {
    type: 'update',
    object: { ...live, metadata: { ...live.metadata, annotations: { ...before, ...annotations } }, spec },
  };
}

/** For who names it in a Gateway; there is no default class. False: its kind is not served yet. */
async function ensureGatewayClass(client: KubeClient): Promise<boolean> {
  const known = await client.resourceFor({ apiVersion: apiVersionOf(GATEWAY_CLASSES), kind: 'GatewayClass' });
  if (!known) return false;
  const wanted: GatewayClass = {
    apiVersion: apiVersionOf(GATEWAY_CLASSES),
    kind: 'GatewayClass',
    metadata: { name: GATEWAY_CLASS_NAME },
    spec: { controllerName: GATEWAY_CONTROLLER },
  };
  await ensure(client, { resource: GATEWAY_CLASSES, wanted, reconcile: () => KEEP });
  return true;
}

export interface GatewayInstallerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Brings both beside the start of the server, which does not wait: checking the definitions takes half a second, once. */
export function createGatewayInstaller({ client, clock, logger }: GatewayInstallerOptions) {
  let work: Promise<void> = Promise.resolve();
  async function install(signal: AbortSignal): Promise<void> {
    const definitions = gatewayDefinitions();
    let isTold = false;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const missing = unserved(await ensureGatewayDefinitions(client, definitions));
        if (missing.length > 0 && !isTold)
          logger.warn(
            {},
            `the ingress serves no Gateways: the definitions that somebody has applied do not serve ${missing.join(', ')}; apply those of a release that does`,
          );
        isTold ||= missing.length > 0;
        if (await ensureGatewayClass(client)) return;
      } catch (error) {
        if (signal.aborted) return;
        const { message } = problemOf(error);
        logger.warn({ error: message }, 'the kinds of the Gateway API cannot be installed yet');
      }
      await sleep(clock, backoffMs(attempt, RETRY.baseMs, RETRY.maxMs), signal).catch(() => undefined);
    }
  }
  return {
    start(signal: AbortSignal): void {
      work = install(signal);
    },
    stop: (): Promise<void> => work,
  };
}

const RETRY = { baseMs: 50, maxMs: 10_000 };
