import { rfc3339 } from '../../../base/clock.ts';
import type { LogOptions } from '../../../kube/client/client.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { badRequest } from '../errors.ts';
import type { ConnectRow } from './kind.ts';

export const LOG: ConnectRow = {
  type: 'connect',
  name: 'log',
  verbs: ['get'],
  connect(object, options, now) {
    const pod = object as Pod;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const container = containerOf(pod, options.container);
    if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
    const { follow = false, previous = false, timestamps = false, tailLines, limitBytes } = options;
    const since = sinceOf(options, now);
    return {
      node: pod.spec.nodeName,
      request: {
        type: 'logs',
        pod: { namespace, name, uid },
        container,
        follow,
        previous,
        timestamps,
        ...(since === undefined ? {} : { sinceTime: since }),
        ...(tailLines === undefined ? {} : { tailLines }),
        ...(limitBytes === undefined ? {} : { limitBytes }),
      },
    };
  },
};

function sinceOf({ sinceTime, sinceSeconds }: LogOptions, now: number): string | undefined {
  return sinceSeconds === undefined ? sinceTime : rfc3339(now - sinceSeconds * 1000);
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

function containerOf({ metadata, spec }: Pod, asked: string | undefined): string {
  const names = [...(spec.initContainers ?? []), ...spec.containers].map((container) => container.name);
  const [only] = spec.containers.length === 1 ? spec.containers : [];
  const name = asked || metadata.annotations?.[DEFAULT_CONTAINER] || only?.name;
  if (!name) {
    const choices = spec.containers.map((container) => container.name).join(' ');
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${choices}]`,
    );
  }
  if (!names.includes(name)) throw badRequest(`container ${name} is not valid for pod ${metadata.name}`);
  return name;
}
