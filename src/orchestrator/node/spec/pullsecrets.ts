import type { KubeClient } from '../../../kube/client/client.ts';
import type { Pod, Secret } from '../../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../../kube/kinds/resources.data.ts';
import { isUnanswered as isUnansweredBy } from '../../../kube/values/status.ts';
import { type DockerConfig, type DockerConfigResult, readDockerConfig } from './keyring.ts';

/** Names of the Secrets with which a pod's images are pulled; admission has added those of its service account. */
export const pullSecretNames = ({ spec }: Pod): readonly string[] =>
  (spec.imagePullSecrets ?? []).flatMap(({ name }) => name || []);

export interface PullSecrets {
  readonly configs: readonly DockerConfig[];
  /** Names of those that could not be read. */
  readonly unread: readonly string[];
  /** One of them because the API cannot answer now. */
  readonly isUnanswered: boolean;
  /** Names and what is wrong with their content. */
  readonly faults: readonly string[];
}

/** kubelet `kubelet_pods.go` getPullSecretsForPod: a Secret that cannot be read is left out. Never rejects. */
export async function readPullSecrets(client: KubeClient, pod: Pod): Promise<PullSecrets> {
  const { namespace = '' } = pod.metadata;
  const names = pullSecretNames(pod);
  let isUnanswered = false;
  const secrets = await Promise.all(
    names.map((name) =>
      client.get(SECRETS, { namespace, name }).catch((error: unknown) => {
        isUnanswered ||= isUnansweredBy(error);
        return undefined;
      }),
    ),
  );
  const read = secrets.flatMap((secret, i) => {
    const result = secret && configOf(secret);
    return result ? [{ name: names[i], result }] : [];
  });
  return {
    configs: read.flatMap(({ result }) => (result.ok ? [result.config] : [])),
    unread: names.filter((_, i) => !secrets[i]),
    isUnanswered,
    faults: read.flatMap(({ name, result }) => (result.ok ? [] : [`Secret "${name}" ${result.message}`])),
  };
}

const KEYS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** undefined: it is of a type that has nothing for registries. */
function configOf({ type = '', data = {} }: Secret): DockerConfigResult | undefined {
  const key = KEYS[type];
  const content = key && data[key];
  if (!content) return undefined;
  return readDockerConfig(Buffer.from(content, 'base64').toString('utf8'), key === '.dockerconfigjson');
}
