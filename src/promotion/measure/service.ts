import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KubeClient } from '../../kube/client/client.ts';
import type { EndpointSlice, Service } from '../../kube/kinds/objects.data.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { Json } from '../../kube/values/types.ts';
import type { HttpSetting } from '../gates/http.ts';
import { type ProbeContext, type Reading, unknown } from './probe.ts';

/** A pod and a port that an endpoint of a Service leads to. */
interface Backend {
  readonly pod: string;
  readonly port: number;
}

/**
 * GET, of a ready pod behind a Service in the namespace of the source, over a stream that the API server opens to the pod: whatever addresses
 * an EndpointSlice of a chart names, nothing but pods of that namespace is asked.
 */
export async function probeService(setting: Json, context: ProbeContext): Promise<Reading> {
  const asked = setting as HttpSetting;
  const { namespace } = context.source.spec;
  const client = await context.client();
  const service = await client.get(SERVICES, { namespace, name: asked.service }).catch(notFoundAsUndefined);
  if (service === undefined) return unknown(`there is no Service ${asked.service} in namespace ${namespace}`);
  const labelSelector = `kubernetes.io/service-name=${asked.service}`;
  const { items } = await client.list(ENDPOINT_SLICES, { namespace, labelSelector });
  const backends = backendsOf(service, items, asked.port);
  if (typeof backends === 'string') return unknown(backends);
  // Each in its turn, so that one that does not answer is found.
  const backend = backends[Math.floor(context.now / 1000) % backends.length];
  if (backend === undefined) return unknown(`no pod behind Service ${asked.service} is ready`);
  return ask(client, namespace, backend, asked, context.signal);
}

/** The ready pods of a Service with the port of each, sorted; or why there is none. Pure. */
export function backendsOf(
  { spec, metadata }: Service,
  slices: readonly EndpointSlice[],
  named: HttpSetting['port'],
): readonly Backend[] | string {
  const ports = spec?.ports ?? [];
  const port =
    named === undefined ? ports[0] : ports.find((one) => one.name === named || one.port === Number(named));
  if (port === undefined) return `Service ${metadata.name} has no port ${named ?? ''}`.trimEnd();
  const found = slices.flatMap((slice) => {
    const target = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))?.port;
    if (target === undefined) return [];
    return (slice.endpoints ?? []).flatMap(({ conditions, targetRef }) =>
      conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.name
        ? [{ pod: targetRef.name, port: target }]
        : [],
    );
  });
  return [...new Map(found.map((one) => [one.pod, one])).values()].sort((a, b) => (a.pod < b.pod ? -1 : 1));
}

async function ask(
  client: KubeClient,
  namespace: string,
  { pod, port }: Backend,
  setting: HttpSetting,
  signal: AbortSignal,
): Promise<Reading> {
  const { within, path, service } = setting;
  const late = AbortSignal.timeout(within);
  const stream = await client.portForward({ namespace, name: pod }, port);
  try {
    const status = await statusOf(stream, { path, host: service, signal: AbortSignal.any([late, signal]) });
    const isGood = setting.expect === undefined ? status >= 200 && status < 300 : status === setting.expect;
    return { state: isGood ? 'good' : 'bad', message: `pod ${pod} answers ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    const why = late.aborted ? `has not answered within ${within} ms` : `did not answer: ${textOf(error)}`;
    return { state: 'bad', message: `pod ${pod} ${why}` };
  } finally {
    stream.destroy();
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The status line is enough: of the body nothing is read. */
function statusOf(
  stream: Duplex,
  { path, host, signal }: { readonly path: string; readonly host: string; readonly signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'user-agent': 'pilotage', connection: 'close' };
    const outgoing = request(
      { path, method: 'GET', headers, signal, createConnection: () => stream as never },
      (answer) => {
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
