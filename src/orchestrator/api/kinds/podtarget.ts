import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { PodKey } from '../../link/requests.ts';
import { badRequest } from '../errors.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container that a request means (kubernetes `pkg/registry/core/pod/strategy.go` validateContainer). @throws StatusError */
export function containerOf({ metadata, spec }: Pod, asked: string | undefined): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  const names = [...initContainers, ...containers, ...ephemeralContainers].map((container) => container.name);
  const [only] = containers.length === 1 ? containers : [];
  const name = asked || metadata.annotations?.[DEFAULT_CONTAINER] || only?.name;
  if (!name) {
    const choices = containers.map((container) => container.name).join(' ');
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${choices}]`,
    );
  }
  if (!names.includes(name)) throw badRequest(`container ${name} is not valid for pod ${metadata.name}`);
  return name;
}

/** @throws StatusError */
export function nodeOfPod({ metadata, spec }: Pod): string {
  if (!spec.nodeName) throw badRequest(`pod ${metadata.name} does not have a host assigned`);
  return spec.nodeName;
}

export const keyOfPod = ({ metadata: { namespace = '', name = '', uid = '' } }: Pod): PodKey => ({
  namespace,
  name,
  uid,
});
