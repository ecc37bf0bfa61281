import type { Tone } from './words.ts';

/** One thing that a status says about its object. */
export interface Evidence {
  readonly tone: Tone;
  readonly reason?: string;
  readonly message?: string;
}

/** A map, or undefined for anything else: operators do not always write what their schema says. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
