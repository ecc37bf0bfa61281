import type { AppRun, HookPhase } from '../../../model/types.ts';
import type { HookEvent, HookMarks } from '../../../render/manifests/hooks.ts';

/** What is done to an app when its hooks run. */
export type Cause = AppRun['cause'];

type When = readonly [phase: HookPhase, causes: readonly Cause[]];

const DEPLOYING: readonly Cause[] = ['install', 'upgrade', 'rollback'];

/**
 * The phase of an event, and what it is for: Helm tells install, upgrade and rollback apart (`pkg/release/v1/hook.go`), to Argo CD each is a sync
 * (`docs/user-guide/sync-waves.md`).
 */
const EVENTS: Readonly<Record<HookEvent, When>> = {
  'pre-install': ['PreSync', ['install']],
  'pre-upgrade': ['PreSync', ['upgrade']],
  'pre-rollback': ['PreSync', ['rollback']],
  'post-install': ['PostSync', ['install']],
  'post-upgrade': ['PostSync', ['upgrade']],
  'post-rollback': ['PostSync', ['rollback']],
  'pre-delete': ['PreDelete', ['delete']],
  'post-delete': ['PostDelete', ['delete']],
  PreSync: ['PreSync', DEPLOYING],
  Sync: ['Sync', DEPLOYING],
  PostSync: ['PostSync', DEPLOYING],
  SyncFail: ['SyncFail', DEPLOYING],
  PreDelete: ['PreDelete', ['delete']],
  PostDelete: ['PostDelete', ['delete']],
};

/** The phases that a hook can run in, whatever the cause; each once. */
export const phasesOf = ({ events }: HookMarks): readonly HookPhase[] => [
  ...new Set(events.map((event) => EVENTS[event][0])),
];

/** Whether a hook runs in a phase when its app is deployed, or deleted, for that cause. */
export const runsIn = ({ events }: HookMarks, phase: HookPhase, cause: Cause): boolean =>
  events.some((event) => EVENTS[event][0] === phase && EVENTS[event][1].includes(cause));

/** Whether the hooks of a phase run when what was delivered is deleted. */
export const isDeletion = (phase: HookPhase): boolean => phase === 'PreDelete' || phase === 'PostDelete';
