import type { KubeClient } from '../../kube/client/client.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Environment, Measurement } from '../../model/types.ts';

/** What was found outside, in words; `unknown`: nobody answered. */
export type Reading = Pick<Measurement, 'state' | 'message'>;

export interface ProbeContext {
  /** Where the source runs. */
  readonly source: Environment;
  readonly revision: string;
  readonly home: KubeClient;
  /** The cluster of the source. Rejects where it cannot be had. */
  readonly client: () => Promise<KubeClient>;
  /** One exchange over HTTP with an address that an administrator named. */
  readonly ask: AskWeb;
  readonly now: number;
  readonly signal: AbortSignal;
}

export type AskWeb = (request: {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly most: number;
}) => Promise<{ readonly status: number; readonly body: Buffer }>;

/** Measures once for a setting. What fails is unknown, and says why. */
export type Probe = (setting: Json, context: ProbeContext) => Promise<Reading>;

export const unknown = (message: string): Reading => ({ state: 'unknown', message });
