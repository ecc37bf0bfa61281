import type { Clock } from '../../../base/clock.ts';
import { exposed, family, type Sample } from '../../../base/exposition.ts';
import type { KindRegistry } from '../types.ts';
import type { ServerVersion } from '../version.ts';
import { isLongRunning } from './overload/deadline.ts';
import { type CountedRequest, type Labels, labelsOf, type RequestLabels } from './requestlabels.ts';

/** What is counted of requests, as `/metrics` tells it. */
export interface RequestMetrics {
  /** A request has come; to be called once with the code of its answer when that has been written. */
  began(request: CountedRequest): (code: number) => void;
  /** The text of all metrics now. */
  text(): string;
}

/** What came of the requests with these labels. */
interface Series {
  readonly labels: Labels;
  /** How many have been answered, by the code of their answer. */
  readonly codes: Map<number, number>;
  /** How many took no longer than each of BUCKETS, and longer than the one before. */
  readonly counts: number[];
  seconds: number;
}

/** How many are under way. */
interface Gauge {
  readonly labels: Labels;
  value: number;
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
  const series = new Map<string, Series>();
  const running = new Map<string, Gauge>();
  const readOnly: Gauge = { labels: { request_kind: 'readOnly' }, value: 0 };
  const mutating: Gauge = { labels: { request_kind: 'mutating' }, value: 0 };

  function gaugeOf({ asked }: CountedRequest, all: RequestLabels): Gauge {
    if (!isLongRunning(asked.verb, asked.policyResource?.subresource))
      return READING.has(all.verb) ? readOnly : mutating;
    const { dry_run: _, ...labels } = all;
    return known(running, labels, () => ({ labels, value: 0 }));
  }

  return {
    began(request) {
      const labels = labelsOf(request, kinds);
      const since = clock.monotonic();
      const gauge = gaugeOf(request, labels);
      gauge.value += 1;
      return (code) => {
        gauge.value -= 1;
        const answered = known(series, labels, () => newSeries(labels));
        count(answered, code, (clock.monotonic() - since) / 1000);
      };
    },
    text: () =>
      exposed([
        ...family('apiserver_request_total', 'counter', [...series.values()].flatMap(totalsOf)),
        ...family(
          'apiserver_request_duration_seconds',
          'histogram',
          [...series.values()].flatMap(durationsOf),
        ),
        ...family('apiserver_longrunning_requests', 'gauge', [...running.values()]),
        ...family('apiserver_current_inflight_requests', 'gauge', [readOnly, mutating]),
        ...family('kubernetes_build_info', 'gauge', [{ labels: buildOf(version), value: 1 }]),
        ...family('process_start_time_seconds', 'gauge', [{ labels: {}, value: startedAt / 1000 }]),
        ...processFamilies(),
      ]),
  };
}

function known<T>(all: Map<string, T>, labels: Labels, make: () => T): T {
  const key = Object.values(labels).join('\n');
  const found = all.get(key);
  if (found) return found;
  const made = make();
  all.set(key, made);
  return made;
}

const newSeries = (labels: Labels): Series => ({
  labels,
  codes: new Map(),
  counts: BUCKETS.map(() => 0),
  seconds: 0,
});

function count(series: Series, code: number, seconds: number): void {
  series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
  series.seconds += seconds;
  const bucket = BUCKETS.findIndex((most) => seconds <= most);
  if (bucket >= 0) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
}

const totalsOf = ({ labels, codes }: Series): readonly Sample[] =>
  [...codes].map(([code, value]) => ({ labels: { ...labels, code: String(code) }, value }));

function durationsOf({ labels, codes, counts, seconds }: Series): readonly Sample[] {
  let sum = 0;
  const buckets = counts.map((count, index): Sample => {
    sum += count;
    return { suffix: '_bucket', labels: { ...labels, le: String(BUCKETS[index]) }, value: sum };
  });
  const total = [...codes.values()].reduce((all, one) => all + one, 0);
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
