import type { Clock } from '../../../base/clock.ts';
import { exposed, family, type Sample } from '../../../base/exposition.ts';
import type { KindRegistry } from '../types.ts';
import type { ServerVersion } from '../version.ts';
import { isLongRunning } from './overload/deadline.ts';
import { routeOf } from './requestinfo.ts';
import { type CountedRequest, type Labels, labelsOf } from './requestlabels.ts';

/** What is counted of requests, as `/metrics` tells it. */
export interface RequestMetrics {
  /** A request has come; to be called once with the code of its answer when that has been written. */
  began(request: CountedRequest): (code: number) => void;
  /** The text of all metrics now. */
  text(): string;
}

interface Counted {
  readonly labels: Labels;
  value: number;
}

interface Measured {
  readonly labels: Labels;
  /** How many took no longer than each of BUCKETS, and longer than the one before. */
  readonly counts: number[];
  seconds: number;
  total: number;
}

/** Seconds. */
const BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

const READING: ReadonlySet<string> = new Set(['GET', 'LIST']);

/** Names, labels and buckets are those of apiserver `pkg/endpoints/metrics/metrics.go`; of the process those that client libraries of Prometheus have. */
export function createRequestMetrics({
  kinds,
  version,
  clock,
}: {
  readonly kinds: Pick<KindRegistry, 'find'>;
  readonly version: ServerVersion;
  readonly clock: Clock;
}): RequestMetrics {
  const startedAt = clock.now();
  const requests = new Map<string, Counted>();
  const durations = new Map<string, Measured>();
  const running = new Map<string, Counted>();
  const inFlight = { readOnly: 0, mutating: 0 };

  const counterOf = (all: Map<string, Counted>, labels: Labels): Counted => {
    const key = Object.values(labels).join('\n');
    const counter = all.get(key) ?? { labels, value: 0 };
    all.set(key, counter);
    return counter;
  };
  const measure = (labels: Labels, seconds: number): void => {
    const key = Object.values(labels).join('\n');
    const measured = durations.get(key) ?? { labels, counts: BUCKETS.map(() => 0), seconds: 0, total: 0 };
    durations.set(key, measured);
    const bucket = BUCKETS.findIndex((most) => seconds <= most);
    if (bucket >= 0) measured.counts[bucket] = (measured.counts[bucket] ?? 0) + 1;
    measured.seconds += seconds;
    measured.total += 1;
  };

  return {
    began(request) {
      const labels = labelsOf(request, kinds);
      const since = clock.monotonic();
      const { dry_run: _, ...kept } = labels;
      const isLong = isLongRunning(routeOf(request.path), request.query);
      const long = isLong ? counterOf(running, kept) : undefined;
      const kind = READING.has(labels.verb) ? 'readOnly' : 'mutating';
      if (long) long.value += 1;
      else inFlight[kind] += 1;
      return (code) => {
        if (long) long.value -= 1;
        else inFlight[kind] -= 1;
        counterOf(requests, { ...labels, code: String(code) }).value += 1;
        measure(labels, (clock.monotonic() - since) / 1000);
      };
    },
    text: () =>
      exposed([
        ...family('apiserver_request_total', 'counter', [...requests.values()]),
        ...family(
          'apiserver_request_duration_seconds',
          'histogram',
          [...durations.values()].flatMap(samplesOf),
        ),
        ...family('apiserver_longrunning_requests', 'gauge', [...running.values()]),
        ...family('apiserver_current_inflight_requests', 'gauge', [
          { labels: { request_kind: 'readOnly' }, value: inFlight.readOnly },
          { labels: { request_kind: 'mutating' }, value: inFlight.mutating },
        ]),
        ...family('kubernetes_build_info', 'gauge', [{ labels: buildOf(version), value: 1 }]),
        ...family('process_start_time_seconds', 'gauge', [{ labels: {}, value: startedAt / 1000 }]),
        ...processFamilies(),
      ]),
  };
}

function samplesOf({ labels, counts, seconds, total }: Measured): readonly Sample[] {
  let sum = 0;
  const buckets = counts.map((count, index): Sample => {
    sum += count;
    return { suffix: '_bucket', labels: { ...labels, le: String(BUCKETS[index]) }, value: sum };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: total },
    { suffix: '_sum', labels, value: seconds },
    { suffix: '_count', labels, value: total },
  ];
}

const buildOf = ({ major, minor, gitVersion, platform }: ServerVersion): Labels => ({
  major,
  minor,
  git_version: gitVersion,
  platform,
});

function processFamilies(): readonly string[] {
  const { user, system } = process.cpuUsage();
  return [
    ...family('process_cpu_seconds_total', 'counter', [{ labels: {}, value: (user + system) / 1e6 }]),
    ...family('process_resident_memory_bytes', 'gauge', [{ labels: {}, value: process.memoryUsage.rss() }]),
  ];
}
