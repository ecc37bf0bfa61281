import type { Clock } from '../../../base/clock.ts';
import type { ProbeKind, ProbeResult } from '../../../health/probes.ts';
import { HOST_IP, type Reach } from '../addresses.ts';
import type { Answerer, Answerers } from '../runtime/process/socketowners.ts';

export interface OwnAnswerInput {
  readonly pod: string;
  readonly podIP: string;
  readonly at: Reach;
  readonly kind: ProbeKind;
  readonly answerers: Answerers;
  readonly clock: Clock;
  /** The look itself. */
  readonly look: () => Promise<ProbeResult>;
}

/**
 * A look at a pod of this machine counts only when the socket that answers is the pod's own. Where it is not known yet to be, it is asked
 * for after the look, and the look made once more: between the two somebody else may have answered.
 */
export async function ownAnswer(input: OwnAnswerInput): Promise<ProbeResult> {
  const { pod, podIP, at, kind, answerers, clock, look } = input;
  const host = at.host === 'localhost' ? HOST_IP : at.host;
  // Whoever writes another host into a probe asks for another's health.
  if (host !== podIP && host !== HOST_IP) return look();
  const asked = { pod, host, port: at.port };
  const wasProven = answerers.isProven(asked);
  const began = clock.monotonic();
  const result = await look();
  if (result.type === 'error' || isRefused(result)) return result;
  const verdict = judge(answerers.answerer(asked, began), result, kind, podIP);
  if (verdict !== result || wasProven || !answerers.isProven(asked)) return verdict;
  return look();
}

const isRefused = ({ type, message }: ProbeResult): boolean =>
  type === 'failure' && /ECONNREFUSED/.test(message);

/** What the look is worth, once it is known who answered. */
function judge(answerer: Answerer, result: ProbeResult, kind: ProbeKind, podIP: string): ProbeResult {
  switch (answerer.type) {
    case 'own':
      return result;
    case 'own wildcard':
      // It lives, and is not killed for that; but it is no address of its own that others could be sent to.
      if (kind !== 'readiness' || podIP === HOST_IP || result.type === 'failure') return result;
      return { type: 'failure', message: `the container listens on every address, not on $HOST (${podIP})` };
    case 'other':
      return { type: 'failure', message: answerer.message };
    case 'unknown':
      return { type: kind === 'liveness' ? 'error' : 'failure', message: answerer.message };
    case 'nobody':
      return result.type === 'failure'
        ? result
        : { type: 'failure', message: 'who answered does not listen any more' };
  }
}
