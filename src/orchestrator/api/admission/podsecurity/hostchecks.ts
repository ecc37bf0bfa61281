/** What would let a pod out of its sandbox to the node: its namespaces, ports, addresses and files. */
import type { LifecycleHandler, Probe, SecurityContext } from '../../../../kube/kinds/objects.data.ts';
import {
  type AnyContainer,
  allContainers,
  type CheckPod,
  containersWhere,
  named,
  plural,
  quoted,
  setters,
  sorted,
} from './check.ts';

export const hostNamespaces: CheckPod = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((member) => spec[member]);
  return shared.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: shared.map((member) => `${member}=true`).join(', ') };
};

export const hostPathVolumes: CheckPod = ({ spec }) => {
  const found = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return found.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named('volume', found) };
};

export const hostPorts: CheckPod = ({ spec }) => {
  const portsOf = ({ ports = [] }: AnyContainer): readonly string[] =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const bad = containersWhere(spec, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(allContainers(spec).flatMap(portsOf));
  const uses = bad.length === 1 ? 'uses' : 'use';
  const detail = `${named('container', bad)} ${uses} ${plural('hostPort', ports.length)} ${ports.join(', ')}`;
  return { reason: 'hostPort', detail };
};

export const hostProbesAndLifecycle: CheckPod = ({ spec }) => {
  const bad = sorted(containersWhere(spec, (container) => askedHosts(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = sorted(allContainers(spec).flatMap(askedHosts));
  const uses = bad.length === 1 ? 'uses' : 'use';
  const detail = `${named('container', bad)} ${uses} ${named('probe or lifecycle host', hosts)}`;
  return { reason: 'probe or lifecycle host', detail };
};

/** Other hosts that the node would ask on behalf of a container. */
function askedHosts({
  livenessProbe,
  readinessProbe,
  startupProbe,
  lifecycle,
}: AnyContainer): readonly string[] {
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .flatMap((host) => (host ? [host] : []));
}

export const windowsHostProcess: CheckPod = ({ spec }) => {
  const isOne = (context: Pick<SecurityContext, 'windowsOptions'> | undefined) =>
    context?.windowsOptions?.hostProcess === true;
  const who = setters(
    isOne(spec.securityContext),
    containersWhere(spec, ({ securityContext }) => isOne(securityContext)),
  );
  return who === ''
    ? undefined
    : {
        reason: 'hostProcess',
        detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
      };
};

/** In the order in which a volume of several types is called by one. */
const RESTRICTED_VOLUMES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
] as const;

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const;

export const restrictedVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.some((type) => volume[type]));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map((volume) => RESTRICTED_VOLUMES.find((type) => volume[type]) ?? 'unknown'));
  const who = named(
    'volume',
    bad.map(({ name }) => name),
  );
  const uses = bad.length === 1 ? 'uses' : 'use';
  const detail = `${who} ${uses} ${plural('restricted volume type', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
};
