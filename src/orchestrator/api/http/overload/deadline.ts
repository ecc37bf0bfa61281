import type { Clock } from '../../../../base/clock.ts';
import { statusError } from '../../../../kube/values/status.ts';

/** kube-apiserver's `--request-timeout`, of which no client gets more. */
const LONGEST_MS = 60_000;
/** A request waits for its turn for a quarter of its time at most (apiserver `pkg/server/config.go`). */
const WAITING_PART = 4;

/**
 * What goes on for as long as the client likes: it has no time-out, and is not counted among the requests at work (apiserver
 * `pkg/server/filters/longrunning.go`, with the verbs and subresources of kube-apiserver).
 */
export const isLongRunning = (verb: string | undefined, subresource: string | undefined): boolean =>
  verb === 'watch' || STREAMS.has(subresource ?? '');

/** Subresources that are connections. */
export const STREAMS: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** `?timeout=30s` in milliseconds (apiserver `pkg/endpoints/filters/request_deadline.go`). @throws StatusError BadRequest */
export function timeoutOf(query: URLSearchParams): number {
  const text = query.get('timeout');
  if (!text) return LONGEST_MS;
  const asked = goDuration(text);
  if (asked === undefined) {
    const shown = JSON.stringify(text);
    throw statusError(
      'BadRequest',
      `invalid timeout specified in the request URL - time: invalid duration ${shown}`,
    );
  }
  return asked === 0 ? LONGEST_MS : Math.min(asked, LONGEST_MS);
}

export const waitingTime = (timeout: number): number => timeout / WAITING_PART;

/** The answer, or Timeout when it takes longer; what is under way then goes on, and nobody hears of it. */
export function withinTime<T>(work: Promise<T>, timeout: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeout, () =>
      reject(
        statusError(
          'Timeout',
          'Timeout: request did not complete within requested timeout - context deadline exceeded',
        ),
      ),
    );
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** Go's `time.ParseDuration` of what is not negative. */
function goDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let sum = 0;
  let end = 0;
  for (const [part, number = '', unit = ''] of text.matchAll(PART)) {
    sum += Number(number) * (UNITS[unit] ?? 0);
    end += part.length;
  }
  return end === text.length && end > 0 ? sum : undefined;
}
