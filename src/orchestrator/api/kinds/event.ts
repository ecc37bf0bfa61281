import { EVENT, EVENTS_K8S_IO_EVENT } from '../../../kube/kinds/event.ts';
import type { KubeEvent } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Entry } from '../../store/types.ts';
import { type Column, column, wide } from './columns.ts';
import { ageOf } from './humanduration.ts';
import type { Strategy } from './kind.ts';
import type { ServedRow } from './servedrow.ts';

const STRATEGY: Strategy = {
  status: false,
  generation: false,
  createOnUpdate: true,
  expired: expiredEvents,
};

export const SERVED_EVENT: ServedRow = {
  kind: EVENT,
  strategy: STRATEGY,
  columns: eventColumns(),
  subresources: [],
};

export const SERVED_EVENTS_K8S_IO_EVENT: ServedRow = {
  kind: EVENTS_K8S_IO_EVENT,
  strategy: STRATEGY,
  columns: eventColumns(),
  subresources: [],
  storage: {
    group: '',
    plural: 'events',
    apiVersion: 'v1',
    toServed: eventFromCore,
    toStored: eventToCore,
  },
};

/** `--event-ttl` of kube-apiserver, since the last write. */
const TTL_MS = 3_600_000;
/**
 * kube-apiserver has no bound on their number; here each takes memory beside the applications, and a namespace that rolls out every
 * second would make tens of thousands within the hour.
 */
const PER_NAMESPACE = 1_000;

/** Events that were not written for their time to live, and of each namespace those beyond the newest. */
function expiredEvents(entries: readonly Entry[], now: number): readonly Entry[] {
  const newestFirst = entries
    .map((entry) => ({ entry, at: lastWrite(entry.object as KubeEvent) }))
    .sort((a, b) => b.at - a.at || b.entry.revision - a.entry.revision);
  const seen = new Map<string, number>();
  return newestFirst
    .filter(({ entry, at }) => {
      const { namespace = '' } = entry.object.metadata;
      const newer = seen.get(namespace) ?? 0;
      seen.set(namespace, newer + 1);
      return newer >= PER_NAMESPACE || now - at > TTL_MS;
    })
    .map(({ entry }) => entry);
}

function lastWrite({ metadata, lastTimestamp, eventTime, series }: KubeEvent): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(...times.map((time) => (time ? Date.parse(time) : 0)));
}

function eventColumns(): Column[] {
  const firstSeen = (event: KubeEvent) => event.firstTimestamp || event.eventTime;
  const lastSeen = (event: KubeEvent) =>
    event.series?.lastObservedTime || event.lastTimestamp || firstSeen(event);
  const source = ({ source: from, reportingComponent, reportingInstance }: KubeEvent) =>
    [from?.component || reportingComponent, from?.host || reportingInstance].filter(Boolean).join(', ');
  return [
    column<KubeEvent>('Last Seen', (event, now) => ageOf(lastSeen(event), now)),
    column<KubeEvent>('Type', ({ type }) => type),
    column<KubeEvent>('Reason', ({ reason }) => reason),
    column<KubeEvent>('Object', ({ involvedObject, regarding }) => {
      const about = involvedObject ?? (regarding as KubeEvent['involvedObject']) ?? {};
      return [about.kind?.toLowerCase(), about.name].filter(Boolean).join('/');
    }),
    wide<KubeEvent>('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
    wide<KubeEvent>('Source', source),
    column<KubeEvent>('Message', ({ message, note }) => (message ?? String(note ?? '')).trim()),
    wide<KubeEvent>('First Seen', (event, now) => ageOf(firstSeen(event), now)),
    wide<KubeEvent>('Count', (event) => event.count ?? (event.deprecatedCount as number | undefined) ?? 1),
    wide<KubeEvent>('Name', ({ metadata }) => metadata.name),
  ];
}

/** core/v1 name → events.k8s.io/v1 name; both views share the stored object (Kubernetes `pkg/apis/core/v1/conversion.go`). */
const RENAMED = {
  message: 'note',
  involvedObject: 'regarding',
  reportingComponent: 'reportingController',
  count: 'deprecatedCount',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  source: 'deprecatedSource',
} as const;
const BACK = Object.fromEntries(Object.entries(RENAMED).map(([core, events]) => [events, core]));

function eventFromCore(object: KubeObject): KubeObject {
  return { ...rename(object, RENAMED), apiVersion: 'events.k8s.io/v1' };
}

function eventToCore(object: KubeObject): KubeObject {
  return { ...rename(object, BACK), apiVersion: 'v1' };
}

function rename(object: KubeObject, names: Readonly<Record<string, string>>): KubeObject {
  const renamed = Object.entries(object).map(([field, value]) => [names[field] ?? field, value]);
  return { ...Object.fromEntries(renamed), metadata: object.metadata, kind: object.kind, apiVersion: '' };
}
