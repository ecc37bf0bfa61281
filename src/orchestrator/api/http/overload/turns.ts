import { onAbort } from '../../../../base/abort.ts';
import type { Clock } from '../../../../base/clock.ts';
import { statusError } from '../../../../kube/values/status.ts';
import type { Answer } from '../answers.ts';
import type { Call } from '../request.ts';
import { resourceVerb } from '../requestinfo.ts';
import { isLongRunning, timeoutOf, waitingTime, withinTime } from './deadline.ts';
import { createFairness } from './fairness.ts';
import { LEVELS, SCHEMAS, SEATS } from './levels.data.ts';

interface Options {
  readonly clock: Clock;
  /** The server is on its way out. */
  readonly closing: () => boolean;
  /** How many requests are worked at once; default: as many as kube-apiserver's. */
  readonly seats?: number;
}

/** `handle` for calls that wait for their turn, are answered within their time, and are sent away when the server is going. */
export function inTurns(
  handle: (call: Call) => Promise<Answer>,
  { clock, closing, seats = SEATS }: Options,
): (call: Call) => Promise<Answer> {
  const fairness = createFairness({ levels: LEVELS, schemas: SCHEMAS, seats });
  const entered = (call: Call, resource: string | undefined, time: number) => {
    let settle = () => {};
    const patience = () => {
      const waiting = new AbortController();
      const forget = onAbort(call.signal(), () => waiting.abort());
      const cancel = clock.after(time, () => waiting.abort());
      settle = () => {
        forget();
        cancel();
      };
      return waiting.signal;
    };
    const asked = { user: call.user, path: call.path, ...(resource ? { resource } : {}) };
    const entering = fairness.enter(asked, patience);
    return entering instanceof Promise ? entering.finally(settle) : entering;
  };
  return async (call) => {
    const { route } = call;
    const resource = route.type === 'resource' ? route.plural : undefined;
    // How the server is doing is told to the end.
    if (closing() && resource !== undefined) throw goingAway();
    const timeout = timeoutOf(call.query);
    const entering = entered(call, resource, waitingTime(timeout));
    const leave = entering instanceof Promise ? await entering : entering;
    const answering = handle(call);
    // A request that is out of time keeps its seat while it is worked on.
    answering.then(leave, leave);
    return goesOn(call) ? answering : withinTime(answering, timeout, clock);
  };
}

const goesOn = ({ method, route, query }: Call): boolean =>
  route.type === 'resource' && isLongRunning(resourceVerb(method, route, query), route.subresource);

/** As kube-apiserver says it (`pkg/server/filters/with_retry_after.go`). */
const goingAway = () =>
  statusError('TooManyRequests', 'The apiserver is shutting down, please try again later.', {
    retryAfterSeconds: 5,
  });
