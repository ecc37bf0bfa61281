import type { Clock } from '../../../base/clock.ts';
import type { ProbeKind, ProbeResult } from '../../../health/probes.ts';
import type { SocketOwner, SocketOwners } from '../runtime/sockets.ts';
import type { Reach } from './reach.ts';

export interface OwnSocketProbe {
  readonly pod: string;
  readonly podIP: string;
  /** The address of this node, which pods of its network share. */
  readonly hostIP: string;
  readonly at: Reach;
  readonly kind: ProbeKind;
  readonly sockets: SocketOwners;
  readonly clock: Clock;
  /** The probe itself. */
  readonly probe: () => Promise<ProbeResult>;
}

const LOOPBACK = '127.0.0.1';

/**
 * A probe of a pod of this machine counts only when the pod's own socket answers it. If that is not proven yet, the owner of the socket is
 * determined after the probe, and the probe is repeated: another process may have answered in between.
 */
export async function probeOwnSocket(input: OwnSocketProbe): Promise<ProbeResult> {
  const { pod, podIP, hostIP, at, sockets, clock, probe } = input;
  const host = at.host === 'localhost' ? LOOPBACK : at.host;
  // A probe that names another host asks about that host's health.
  if (host !== podIP && host !== hostIP && host !== LOOPBACK) return probe();
  const asked = { pod, host, port: at.port };
  const wasProven = sockets.isProven(asked);
  const began = clock.monotonic();
  const result = await probe();
  if (result.type === 'error' || isRefused(result)) return result;
  const verdict = judge(sockets.ownerOf(asked, began), result, input);
  if (verdict !== result || wasProven || !sockets.isProven(asked)) return verdict;
  return probe();
}

const isRefused = ({ type, message }: ProbeResult): boolean =>
  type === 'failure' && /ECONNREFUSED/.test(message);

/** What the result is worth, once the owner of the socket is known. */
function judge(
  owner: SocketOwner,
  result: ProbeResult,
  { kind, podIP, hostIP }: OwnSocketProbe,
): ProbeResult {
  switch (owner.type) {
    case 'own':
      return result;
    case 'own wildcard':
      // It is alive, so liveness passes; but clients cannot be sent to an address that is not its own.
      if (kind !== 'readiness' || podIP === hostIP || result.type === 'failure') return result;
      return { type: 'failure', message: `the container listens on every address, not on $HOST (${podIP})` };
    case 'other':
      return { type: 'failure', message: owner.message };
    case 'unknown':
      return { type: kind === 'liveness' ? 'error' : 'failure', message: owner.message };
    case 'nobody':
      return result.type === 'failure'
        ? result
        : { type: 'failure', message: 'the process that answered does not listen any more' };
  }
}
