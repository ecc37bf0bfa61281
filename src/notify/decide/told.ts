import { type Lost, TOLD } from '../../model/notified.ts';
import type { Environment } from '../../model/types.ts';
import type { Notice } from '../message.ts';

/** A notice for a channel that has not been sent. Delivery and environment are those of the object. */
export interface Owed extends Omit<Notice, 'delivery' | 'environment'> {
  readonly to: string;
}

/** What a crash must not lose. Times in ms of wall time. */
export interface Told {
  readonly trouble?: Trouble;
  readonly waiting?: { readonly key: string; readonly since: number; readonly told: boolean };
  /** When the last promotion that was told was merged. */
  readonly promoted?: string;
  /** Object → what of it was told last, and when. */
  readonly drift?: Readonly<Record<string, { readonly at: string; readonly told: number }>>;
  readonly preview?: boolean;
  readonly owed: readonly Owed[];
  readonly lost?: Lost;
}

export interface Trouble {
  readonly kind: 'failed' | 'degraded';
  readonly revision?: string;
  readonly since: number;
  /** It was told: its end is owed. */
  readonly open: boolean;
  /** This revision's trouble was told. */
  readonly told: boolean;
  readonly wellSince?: number;
}

/** Undefined where nothing was told, or what stands there is not ours. */
export function toldOf({ metadata }: Pick<Environment, 'metadata'>): Told | undefined {
  const text = metadata.annotations?.[TOLD];
  if (text === undefined) return undefined;
  try {
    const found = JSON.parse(text);
    return Array.isArray(found?.owed) ? (found as Told) : undefined;
  } catch {
    return undefined;
  }
}

/** The environment with this on record. */
export const withTold = (environment: Environment, told: Told): Environment => ({
  ...environment,
  metadata: {
    ...environment.metadata,
    annotations: { ...environment.metadata.annotations, [TOLD]: JSON.stringify(told) },
  },
});
