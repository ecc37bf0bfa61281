import type { Readable } from 'node:stream';
import { rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/kinds/objects.ts';
import { statusError } from '../../../kube/values/status.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { badRequest, notFound } from '../errors.ts';
import { keyOf } from '../kinds/kind.ts';
import type { LogRequest } from '../types.ts';

export async function logs(context: ApiContext, request: LogRequest): Promise<Readable> {
  const target = { ...request, subresource: 'log' };
  const kind = servedKind(context, target, 'get');
  await authorize(context, target, 'get');
  const entry = context.store.get(keyOf(kind, request.namespace, request.name));
  if (!entry) throw notFound(kind, request.name);
  const pod = entry.object as Pod;
  const container = containerOf(pod, request.container);
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${request.name} does not have a host assigned`);
  const connection = context.nodeConnections(nodeName);
  if (!connection) {
    throw statusError(
      'ServiceUnavailable',
      `cannot read the log of pod ${request.name}: node ${nodeName} is not connected`,
    );
  }
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const { follow = false, previous = false, timestamps = false, tailLines, limitBytes } = request;
  const since = sinceOf(request, context.clock.now());
  return connection.read(
    {
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
    request.signal,
  );
}

function sinceOf({ sinceTime, sinceSeconds }: LogRequest, now: number): string | undefined {
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
