/** What an API server says of itself in the cluster that it serves (kube-apiserver `pkg/controlplane/controller/kubernetesservice` and others). */
import { type Clock, sleep } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { CONFIG_MAPS, ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isStatus } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import { REMOTE } from './aggregation/remoteuser.ts';
import { FRONT_PROXY } from './auth/pki.ts';
import { ensure, KEEP, type Reconciled } from './ensure.ts';

/** How this API server is reached. */
export interface Publication {
  /** Where it listens; from a pod of this machine too. */
  readonly host: string;
  readonly port: number;
  /** The first address of the range of Services, by which every cluster's API is known. */
  readonly clusterIP: string;
  /** `https://127.0.0.1:7443` */
  readonly url: string;
  /** Certificate of the authority, PEM. */
  readonly authority: string;
  /** The certificate of that by which this server proves to aggregated ones that it speaks for users, PEM. */
  readonly frontProxyAuthority: string;
}

const NAME = 'kubernetes';
const SERVICE_NAME = 'kubernetes.io/service-name';
/** As kube-apiserver does: what somebody has deleted or changed is put right. */
const INTERVAL_MS = 10_000;

/** Publishes now and every ten seconds, until the signal aborts. Resolves after the first time; never rejects. */
export async function keepPublished(
  { client, clock, logger }: { client: KubeClient; clock: Clock; logger: Logger },
  publication: Publication,
  signal: AbortSignal,
): Promise<void> {
  const once = () =>
    publish(client, publication).catch((error: unknown) => {
      if (signal.aborted) return;
      logger.warn({ error: problemOf(error).message }, 'the API server cannot publish its address');
    });
  const again = async () => {
    for (;;) {
      await sleep(clock, INTERVAL_MS, signal);
      await once();
    }
  };
  await once();
  // Ends with the signal.
  again().catch(() => {});
}

/** Brings the Service `default/kubernetes`, its endpoints and what clients learn the authority from to what they should be. */
export async function publish(client: KubeClient, publication: Publication): Promise<void> {
  const own = (resource: Resource, wanted: KubeObject) =>
    ensure(client, { resource, wanted, reconcile: restored, fieldManager: 'kube-apiserver' });
  const publishService = () =>
    own(SERVICES, service(publication.clusterIP)).catch((error) => {
      // An older data directory may have given the address away.
      if (!isStatus(error, 'Invalid')) throw error;
      return own(SERVICES, service(undefined));
    });
  // At once: the store commits them together.
  await Promise.all([
    publishService(),
    own(ENDPOINT_SLICES, slice(publication)),
    own(ENDPOINTS, endpointsOf(publication)),
    own(CONFIG_MAPS, authentication(publication)),
    own(CONFIG_MAPS, clusterInfo(publication)),
  ]);
}

/** The object with the fields that ours has; what the server and others add to it stays. */
function restored(
  live: KubeObject,
  { metadata: { labels }, spec, ...rest }: KubeObject,
): Reconciled<KubeObject> {
  const object = {
    ...live,
    ...rest,
    ...(spec === undefined ? {} : { spec: { ...(live.spec as object), ...(spec as object) } }),
    ...(labels === undefined
      ? {}
      : { metadata: { ...live.metadata, labels: { ...live.metadata.labels, ...labels } } }),
  };
  return deepEqual(object, live) ? KEEP : { type: 'update', object };
}

const service = (clusterIP: string | undefined): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME, namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    ...(clusterIP === undefined ? {} : { clusterIP, clusterIPs: [clusterIP] }),
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  },
});

const slice = ({ host, port }: Publication): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: NAME, namespace: 'default', labels: { [SERVICE_NAME]: NAME } },
  addressType: host.includes(':') ? 'IPv6' : 'IPv4',
  endpoints: [{ addresses: [host], conditions: { ready: true } }],
  ports: [{ name: 'https', port, protocol: 'TCP' }],
});

const endpointsOf = ({ host, port }: Publication): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {
    name: NAME,
    namespace: 'default',
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
  },
  subsets: [{ addresses: [{ ip: host }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
});

/** Where aggregated API servers learn whose client certificates to believe (kube-apiserver `clusterauthenticationtrust`). */
const authentication = ({ authority, frontProxyAuthority }: Publication): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    'client-ca-file': authority,
    'requestheader-allowed-names': JSON.stringify([FRONT_PROXY.name]),
    'requestheader-client-ca-file': frontProxyAuthority,
    'requestheader-extra-headers-prefix': JSON.stringify([REMOTE.extra]),
    'requestheader-group-headers': JSON.stringify([REMOTE.group]),
    'requestheader-uid-headers': JSON.stringify([REMOTE.uid]),
    'requestheader-username-headers': JSON.stringify([REMOTE.user]),
  },
});

/** kubeadm's: a kubeconfig without a user. */
const clusterInfo = ({ url, authority }: Publication): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cluster-info', namespace: 'kube-public' },
  data: {
    kubeconfig: dumpYaml({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: '',
          cluster: { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
        },
      ],
      contexts: [],
      'current-context': '',
      users: [],
    }),
  },
});
