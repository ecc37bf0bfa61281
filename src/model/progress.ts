/**
 * What happens to a delivery, reported while it happens: to the pusher (as `remote:` lines), to `pilotage sync -w`, to the demo, to the UI.
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

/** An event as a reader sees it; ids increase by one. */
export interface NumberedEvent extends ProgressEvent {
  readonly id: number;
}

/** Receives events as they are published: a push, a stream, the log. One that throws is unsubscribed. */
export type NotificationSink = (event: NumberedEvent) => void;

export interface ProgressSource {
  /** Calls `sink` for every event published from now on; the returned function stops it. */
  subscribe(sink: NotificationSink): () => void;
  /** Id of the newest event. */
  lastId(): number;
  /** The event after `id`. `missed`: it is not kept any more; from `resumeAt` on nothing is missing. */
  after(
    id: number,
  ):
    | { readonly missed: false; readonly event?: NumberedEvent }
    | { readonly missed: true; readonly resumeAt: number };
}

/** A line of the event stream: an event, or that events are missing. */
export type StreamLine = NumberedEvent | { readonly gap: Gap };

export interface Gap {
  /** The reader had the events up to this id. */
  readonly after: number;
  /** The next event that it gets has a greater id than this one. */
  readonly resumeAt: number;
  readonly message: string;
}

/** Header of the event stream: the id after which it begins. */
export const EVENTS_AFTER = 'pilotage-events-after';
