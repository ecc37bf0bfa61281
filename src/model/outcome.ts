import type { EnvironmentReport } from './faces.ts';

/** How things stand for one environment and what was asked of it. All but `waiting` are ends: nothing more happens by itself. */
export const OUTCOME_STATES = [
  'healthy',
  /** It rendered to what was there already. */
  'unchanged',
  /** A newer revision is wanted. */
  'superseded',
  /** Its branch was rewritten, or the gates of its promotion are closed. */
  'held',
  /** A person holds it at another revision. */
  'pinned',
  /** It is applied, and something of it is paused by its own spec. */
  'paused',
  /** A person stopped its reconciliation. */
  'suspended',
  /** Its branch or its file is not there, or not readable: what runs is left alone. */
  'frozen',
  'failed',
  /** The environment does not exist any more. */
  'removed',
  'waiting',
] as const;
export type OutcomeState = (typeof OUTCOME_STATES)[number];

export interface Outcome {
  readonly state: OutcomeState;
  /** One or more lines for a person: the reason, or what is waited for. */
  readonly message: string;
}

/** What was asked of an environment. */
export interface Asked {
  /** Commit, or the beginning of its id; absent: whatever the environment wants. */
  readonly revision?: string;
  /** It was pushed, and taken into the record: another one that is wanted has overtaken it. Otherwise it may still be to come. */
  readonly pushed?: boolean;
}

/** What was reported of the revision while it was rolled out. */
export interface Reported {
  /** Whether anything was written for it. */
  readonly applied: boolean;
  /** The last failure, as it was worded for people who watch. */
  readonly failure?: string;
}

/**
 * Has it ended, and how? Reads the record only, so that it is true whatever was missed meanwhile. Pure.
 * The order is by what explains more: why nothing can happen comes before what happens.
 */
export function outcomeOf(
  environment: EnvironmentReport | undefined,
  asked: Asked,
  reported: Reported = { applied: true },
): Outcome {
  if (environment === undefined)
    return { state: 'removed', message: 'the environment is not there any more' };
  return stopped(environment, asked) ?? elsewhere(environment, asked) ?? progress(environment, reported);
}

/** What a person or the repository forbids. */
function stopped(environment: EnvironmentReport, asked: Asked): Outcome | undefined {
  const { stopped: stop, pin } = environment;
  if (stop?.state === 'suspended') return stop;
  if (pin === undefined) return stop;
  // Who asks for no revision, and has not pushed one, asks for what the pin says.
  const { revision, pushed } = asked;
  if (revision === undefined ? !pushed : pin.revision.startsWith(revision)) return undefined;
  const since = pin.since ? ` since ${pin.since}` : '';
  const why = pin.reason ? ` (${pin.reason})` : '';
  return {
    state: 'pinned',
    message: [
      `pinned to ${short(pin.revision)}${since}${why}: it stays there, whatever is pushed`,
      ...(stop ? [stop.message] : []),
      `  → to follow branch ${environment.branch} again: pilotage pin ${environment.delivery}/${environment.name} --off`,
    ].join('\n'),
  };
}

/** The environment is on its way to another revision. */
function elsewhere({ wantedRevision, pin }: EnvironmentReport, asked: Asked): Outcome | undefined {
  const target = pin?.revision ?? wantedRevision;
  if (target === null) return waiting('the first commit of its branch');
  const { revision, pushed } = asked;
  if (revision === undefined || target.startsWith(revision)) return undefined;
  if (!pushed) return waiting(`${short(revision)}; its branch is at ${short(target)}`);
  return { state: 'superseded', message: `superseded: ${short(revision)} gives way to ${short(target)}` };
}

/** The environment is on its way to the revision that was asked for, or there. */
function progress(environment: EnvironmentReport, reported: Reported): Outcome {
  const { assessedRevision, wantedRevision, pin, phase, message, health, sync } = environment;
  if (UNDER_WAY.has(phase)) return waiting(message || phase);
  if (assessedRevision !== (pin?.revision ?? wantedRevision)) return waiting('its turn to be looked at');
  // Said of a state that has ended, by a record that has not been brought up to date.
  if (phase === 'Frozen' || phase === 'Suspended') return waiting('its turn to be looked at');
  if (environment.waitsForGates) return { state: 'held', message: environment.waitsForGates };
  if (phase === 'Failed') return { state: 'failed', message: reported.failure ?? message };
  if (sync === 'Synced' && health === 'Suspended')
    return { state: 'paused', message: pausedMessage(message) };
  if (phase === 'Waiting' || sync !== 'Synced' || health !== 'Healthy')
    return waiting(message || 'the rest of the plan');
  const well = `${environment.namespace} is healthy`;
  if (reported.applied)
    return { state: 'healthy', message: [well, environment.urls.join(' ')].filter(Boolean).join(': ') };
  return { state: 'unchanged', message: `unchanged: rendered the same, nothing to do; ${well}` };
}

const UNDER_WAY: ReadonlySet<EnvironmentReport['phase']> = new Set(['Rendering', 'Applying']);

const pausedMessage = (message: string): string =>
  `${message || 'something of it is paused'}\n  → it goes on when a push takes out \`paused\` or \`suspend\`; what was paused by hand: kubectl rollout resume`;

const waiting = (message: string): Outcome => ({ state: 'waiting', message });

/** The message with its state as its first word, where it does not say it itself. */
export const formatOutcome = ({ state, message }: Outcome): string =>
  state === 'healthy' || message.startsWith(state) ? message : `${state}: ${message}`;

const short = (revision: string): string => revision.slice(0, 12);
