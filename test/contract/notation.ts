import { expect } from 'chai';
import type { KubeClient, WatchEvent, WatchOptions } from '../../src/kube/client/client.ts';
import type { ConfigMap, Deployment, Service } from '../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { StatusError } from '../../src/kube/values/status.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';

/** Small objects that a real kube-apiserver accepts without controllers. */
export const configMap = (
  bench: Bench,
  name: string,
  data: Record<string, string> = { key: 'value' },
  labels?: Record<string, string>,
) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: bench.namespace, ...(labels ? { labels } : {}) },
  data,
});

export const deployment = (bench: Bench, name: string, spec: object = { replicas: 1 }) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: bench.namespace },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'host' }] },
    },
    ...spec,
  },
});

export const service = (bench: Bench, name: string, ports: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: bench.namespace },
  spec: { selector: { app: name }, ports },
});

export type { ConfigMap, Deployment, Service };

export const newConfigMap = (
  bench: Bench,
  name: string,
  ...rest: [Record<string, string>?, Record<string, string>?]
) => bench.client.create(CONFIG_MAPS, configMap(bench, name, ...rest));

/** What an asynchronous refusal was refused with. */
export async function refusal(work: Promise<unknown>): Promise<StatusError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got a success');
}

/** `Conflict 409`: reason and code in one. */
export async function refusalCode(work: Promise<unknown>): Promise<string> {
  const error = await refusal(work);
  return `${error.reason} ${error.code}`;
}

/** Repeats `check` until it passes, for what a server does in its own time. */
export async function eventually<T>(check: () => Promise<T>, ms = 10_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export interface Watching<T extends KubeObject> {
  /** The next event that is no bookmark. */
  next(): Promise<{ readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }>;
  /** The next event, bookmarks included; undefined at the end. */
  any(): Promise<WatchEvent<T> | undefined>;
  stop(): void;
}

/** Starts a watch whose events are taken one by one; each wait ends after ten seconds. */
export function startWatch<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  options: Omit<WatchOptions, 'signal'>,
): Watching<T> {
  const abort = new AbortController();
  const iterator = client.watch(resource, { ...options, signal: abort.signal })[Symbol.asyncIterator]();
  const any = async () => {
    const result = await withDeadline(iterator.next());
    return result.done ? undefined : result.value;
  };
  return {
    any,
    async next() {
      for (;;) {
        const event = await any();
        if (!event) throw new Error('the watch ended');
        if (event.type !== 'BOOKMARK') return event;
      }
    },
    stop: () => abort.abort(),
  };
}

export async function withDeadline<T>(work: Promise<T>, ms = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export const versionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion);

/** manager → operation → the fields at the top of what it owns, for reading ownership at a glance. */
export function managersOf(object: KubeObject): string[] {
  return (object.metadata.managedFields ?? [])
    .map((entry) => [entry.manager, entry.operation, entry.subresource].filter(Boolean).join(' '))
    .sort();
}

export function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value), JSON.stringify(value).slice(0, 80)).to.equal(true);
  for (const member of Object.values(value)) expectFrozen(member);
}

/** Longer than the built-in server keeps history, in milliseconds: after so long, all of it up to then is compacted. */
export const MEMORY_MS = 6 * 60_000;
