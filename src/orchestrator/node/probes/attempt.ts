import type { Clock } from '../../../base/clock.ts';
import { probeExec } from '../../../health/probes.exec.ts';
import { probeGrpc } from '../../../health/probes.grpc.ts';
import { probeHttp } from '../../../health/probes.http.ts';
import { probeTcp } from '../../../health/probes.tcp.ts';
import type { ProbeKind, ProbeResult } from '../../../health/probes.ts';
import type { Container, LifecycleHandler, Probe } from '../../../kube/kinds/objects.data.ts';
import { execForOutput } from '../runtime/execoutput.ts';
import type { PodRuntime } from '../runtime/runtime.ts';
import type { ContainerRef } from '../runtime/spec.ts';
import { probeOwnSocket } from './ownsocket.ts';
import { type Reach, reach } from './reach.ts';

/** The container that a handler of a probe or a lifecycle hook runs against. */
export interface HandlerTarget {
  readonly ref: ContainerRef;
  readonly container: Container;
  readonly podIP: string;
  readonly runtime: Pick<PodRuntime, 'exec' | 'sockets'>;
  readonly clock: Clock;
}

/** The container that a probe runs against: only its own socket may answer. */
export interface ProbeTarget extends HandlerTarget {
  readonly kind: ProbeKind;
  /** The address of this node, which pods of its network share. */
  readonly hostIP: string;
}

/** One attempt, in the way that the handler names. */
export async function runHandler(
  handler: Probe,
  target: HandlerTarget | ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const { clock, runtime, ref } = target;
  if (handler.exec) {
    const outcome = await execForOutput(runtime, ref, handler.exec.command ?? [], timeoutMs);
    return probeExec(outcome, timeoutMs);
  }
  if (handler.httpGet) return runHttp(handler.httpGet, target, timeoutMs);
  if (handler.tcpSocket) {
    const { port, host } = handler.tcpSocket;
    const at = reach(host || target.podIP, port, target.container);
    return at ? byOwnSocket(target, at, () => probeTcp({ ...at, timeoutMs, clock })) : noPort(port);
  }
  if (handler.grpc) {
    const { port, service = '' } = handler.grpc;
    const at = { host: target.podIP, port };
    return byOwnSocket(target, at, () => probeGrpc({ ...at, service, timeoutMs, clock }));
  }
  return { type: 'failure', message: 'the probe names no way to look: httpGet, tcpSocket, grpc or exec' };
}

/** A hook may contact any host; a probe must be answered by its own pod.  */
function byOwnSocket(
  target: HandlerTarget | ProbeTarget,
  at: Reach,
  probe: () => Promise<ProbeResult>,
): Promise<ProbeResult> {
  if (!('kind' in target)) return probe();
  const { ref, runtime, ...rest } = target;
  return probeOwnSocket({ ...rest, pod: ref.pod, at, sockets: runtime.sockets, probe });
}

function runHttp(
  http: NonNullable<Probe['httpGet']>,
  target: HandlerTarget | ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const at = reach(http.host || target.podIP, http.port, target.container);
  if (!at) return Promise.resolve(noPort(http.port));
  return byOwnSocket(target, at, () =>
    probeHttp({
      ...at,
      scheme: http.scheme ?? 'HTTP',
      path: http.path || '/',
      headers: http.httpHeaders ?? [],
      timeoutMs,
      clock: target.clock,
    }),
  );
}

const noPort = (port: number | string): ProbeResult => ({
  type: 'failure',
  message: `the container has no port named "${port}"`,
});

/** Runs a postStart or preStop hook to its end; the failure's message, or undefined when it went well. */
export async function runHook(
  handler: LifecycleHandler,
  target: HandlerTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  if (handler.sleep) {
    const ms = Math.min(timeoutMs, handler.sleep.seconds * 1000);
    await new Promise<void>((resolve) => target.clock.after(ms, resolve));
    return undefined;
  }
  const result = await runHandler(handler, target, timeoutMs);
  return result.type === 'success' ? undefined : result.message;
}
