import { type Awaitable, after } from '../../../base/awaitable.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../../kube/kinds/objects.data.ts';
import { generateName } from '../../../kube/values/names.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import { assertMountable } from './mountablesecrets.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { isNewPod } from './pods.ts';

export interface ServiceAccountWorld {
  readonly store: Pick<Store, 'latest'>;
  readonly clock: Clock;
  /** An integer in [0, n). */
  readonly random: (n: number) => number;
}

const DEFAULT = 'default';
const VOLUME = 'kube-api-access';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** By which Kubernetes tells that a token was mounted by this plug-in (`pkg/serviceaccount/claims.go` WarnOnlyBoundTokenExpirationSeconds). */
const TOKEN_SECONDS = 3_607;

/**
 * A pod runs as an account of its namespace, which must exist, and finds the account's token where client libraries look for it
 * (Kubernetes `plugin/pkg/admission/serviceaccount`). Mirror pods do not exist here.
 */
export function serviceAccount(world: ServiceAccountWorld): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    mutate: (attributes) => {
      if (!isNewPod(attributes)) return attributes.object;
      const pod = attributes.object as Pod;
      const name = pod.spec.serviceAccountName || pod.spec.serviceAccount || DEFAULT;
      return after(accountOf(world, pod, name), (account) => {
        if (!account) throw lookupFailed(attributes, name);
        return withAccount(pod, name, account, world.random);
      });
    },
    validate: (attributes) => {
      if (!isNewPod(attributes)) return;
      const pod = attributes.object as Pod;
      const name = pod.spec.serviceAccountName ?? DEFAULT;
      const account = latest(world, pod, name);
      if (!account) throw lookupFailed(attributes, name);
      const refusal = assertMountable(account, pod.spec);
      if (refusal !== undefined) throw forbidden(attributes.kind, pod.metadata.name ?? '', refusal);
    },
  };
}

function latest({ store }: ServiceAccountWorld, { metadata }: KubeObject, name: string) {
  const key = namespacePrefix('', 'serviceaccounts', metadata.namespace ?? '') + name;
  return store.latest(key)?.object as ServiceAccount | undefined;
}

/** The default account of a namespace that was just created is about to come: a controller makes it. */
const PATIENCE_MS = 1_000;
const STEP_MS = 10;

function accountOf(
  world: ServiceAccountWorld,
  pod: Pod,
  name: string,
): Awaitable<ServiceAccount | undefined> {
  const found = latest(world, pod, name);
  return found || name !== DEFAULT ? found : awaitAccount(world, pod);
}

async function awaitAccount(world: ServiceAccountWorld, pod: Pod): Promise<ServiceAccount | undefined> {
  const deadline = world.clock.monotonic() + PATIENCE_MS;
  for (;;) {
    await sleep(world.clock, STEP_MS);
    const found = latest(world, pod, DEFAULT);
    if (found || world.clock.monotonic() >= deadline) return found;
  }
}

function lookupFailed({ kind, object }: AdmissionAttributes, account: string) {
  const { name = '', namespace = '' } = object.metadata;
  const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  return forbidden(kind, name, why);
}

function withAccount(pod: Pod, name: string, account: ServiceAccount, random: (n: number) => number): Pod {
  const { imagePullSecrets = [] } = pod.spec;
  const automount = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  const spec: PodSpec = { ...pod.spec, serviceAccountName: name, serviceAccount: name };
  const pulling =
    imagePullSecrets.length > 0 || !account.imagePullSecrets?.length
      ? spec
      : { ...spec, imagePullSecrets: account.imagePullSecrets.map((one) => ({ name: one.name ?? '' })) };
  return { ...pod, spec: automount ? withToken(pulling, random) : pulling };
}

/** A container that mounts something at that path itself is left alone. */
function withToken(spec: PodSpec, random: (n: number) => number): PodSpec {
  const known = spec.volumes?.find(({ name }) => name.startsWith(`${VOLUME}-`));
  const name = known?.name ?? generateName(`${VOLUME}-`, random);
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH };
  const needs = ({ volumeMounts = [] }: Container) =>
    !volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH);
  const mounted = (containers: readonly Container[]) =>
    containers.map((one) =>
      needs(one) ? { ...one, volumeMounts: [...(one.volumeMounts ?? []), mount] } : one,
    );
  const { containers, initContainers } = spec;
  if (![...containers, ...(initContainers ?? [])].some(needs)) return spec;
  return {
    ...spec,
    containers: mounted(containers),
    ...(initContainers ? { initContainers: mounted(initContainers) } : {}),
    volumes: known ? (spec.volumes ?? []) : [...(spec.volumes ?? []), tokenVolume(name)],
  };
}

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
});
