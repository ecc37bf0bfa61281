import type { Clock } from '../../../base/clock.ts';
import { probeExec } from '../../../health/probes.exec.ts';
import { probeGrpc } from '../../../health/probes.grpc.ts';
import { probeHttp } from '../../../health/probes.http.ts';
import { probeTcp } from '../../../health/probes.tcp.ts';
import type { ProbeKind, ProbeResult } from '../../../health/probes.ts';
import type { Container, LifecycleHandler, ProbeHandler } from '../../../kube/kinds/objects.ts';
import { type Reach, reach } from '../addresses.ts';
import type { Answerers } from '../runtime/process/socketowners.ts';
import type { ContainerRef, ContainerRuntime } from '../runtime/runtime.ts';
import { ownAnswer } from './ownsocket.ts';

/** What a look at a container needs to know. */
export interface LookTarget {
  readonly ref: ContainerRef;
  readonly container: Container;
  readonly podIP: string;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
}

/** A look at a container's health, whose answer has to be its own. */
export interface ProbeTarget extends LookTarget {
  readonly kind: ProbeKind;
  readonly answerers: Answerers;
}

/** One look, by whichever way the probe names. */
export async function look(
  handler: ProbeHandler,
  target: LookTarget | ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const { clock, runtime, ref } = target;
  if (handler.exec) {
    const outcome = await runtime.exec(ref, handler.exec.command ?? [], { timeoutMs });
    return probeExec(outcome, timeoutMs);
  }
  if (handler.httpGet) return lookHttp(handler.httpGet, target, timeoutMs);
  if (handler.tcpSocket) {
    const { port, host } = handler.tcpSocket;
    const at = reach(host || target.podIP, port, target.container);
    return at ? answered(target, at, () => probeTcp({ ...at, timeoutMs, clock })) : noPort(port);
  }
  if (handler.grpc) {
    const { port, service = '' } = handler.grpc;
    const at = { host: target.podIP, port };
    return answered(target, at, () => probeGrpc({ ...at, service, timeoutMs, clock }));
  }
  return { type: 'failure', message: 'the probe names no way to look: httpGet, tcpSocket, grpc or exec' };
}

/** Hooks ask whomever they name; probes ask their own pod. */
function answered(
  target: LookTarget | ProbeTarget,
  at: Reach,
  probe: () => Promise<ProbeResult>,
): Promise<ProbeResult> {
  if (!('answerers' in target)) return probe();
  const { ref, podIP, kind, answerers, clock } = target;
  return ownAnswer({ pod: ref.pod, podIP, at, kind, answerers, clock, look: probe });
}

function lookHttp(
  http: NonNullable<ProbeHandler['httpGet']>,
  target: LookTarget | ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const at = reach(http.host || target.podIP, http.port, target.container);
  if (!at) return Promise.resolve(noPort(http.port));
  return answered(target, at, () =>
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
  target: LookTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  if (handler.sleep) {
    const ms = Math.min(timeoutMs, handler.sleep.seconds * 1000);
    await new Promise<void>((resolve) => target.clock.after(ms, resolve));
    return undefined;
  }
  const result = await look(handler, target, timeoutMs);
  return result.type === 'success' ? undefined : result.message;
}
