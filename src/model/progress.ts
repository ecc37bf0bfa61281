/**
 * What happens to a delivery, told while it happens: to whoever pushed (as `remote:` lines), to `pilotage sync -w`, to the demo, to the UI.
 * Events are a report, never the mechanism: dropping all of them changes nothing.
 */
export const STAGES = [
  'received',
  'building',
  'rendered',
  'planned',
  'applied',
  'waiting',
  'healthy',
  'superseded',
  'frozen',
  'held',
  'failed',
] as const;
export type Stage = (typeof STAGES)[number];

/** Stages after which nothing more is said about this environment and revision. */
export const FINAL_STAGES: ReadonlySet<Stage> = new Set([
  'healthy',
  'superseded',
  'frozen',
  'held',
  'failed',
]);

export interface ProgressEvent {
  /** Wall time, milliseconds. */
  readonly at: number;
  readonly delivery: string;
  /** Absent for what concerns the whole delivery. */
  readonly environment?: string;
  readonly revision?: string;
  /** The user whose push or promotion this is, where that is known. */
  readonly by?: string;
  readonly stage: Stage;
  /** One or more lines for a person. */
  readonly message: string;
}

export interface ProgressSink {
  publish(event: ProgressEvent): void;
}

export interface ProgressSource {
  /** Calls `listener` for every event published from now on; the returned function stops it. */
  subscribe(listener: (event: ProgressEvent) => void): () => void;
}
