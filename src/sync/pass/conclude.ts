import { rfc3339 } from '../../base/clock.ts';
import { formatProblem, type Problem } from '../../base/errors.ts';
import type { Verdict } from '../../health/verdict.ts';
import { staysAfter } from '../../model/stays.ts';
import type {
  AppRun,
  Environment,
  EnvironmentStatus,
  InventoryEntry,
  Phase,
  SyncState,
} from '../../model/types.ts';
import { EMPTY_STATUS, withCondition } from '../state/status.ts';

/** What one pass of the reconciler found and did. */
export interface Findings {
  readonly target: string;
  /** Every object of the target has been applied (pruning may still wait). */
  readonly applied: boolean;
  /** Tree and release of the target, once it is applied. */
  readonly deployed?: { readonly tree: string; readonly release: number };
  /** Writes that the plan still holds: later stages, pruning, drift that is only reported. */
  readonly remaining: number;
  /** Why it cannot go on, most important first. */
  readonly problems: readonly Problem[];
  /** undefined: the cluster could not be asked. */
  readonly verdict: Verdict | undefined;
  readonly inventory: readonly InventoryEntry[];
  readonly urls: readonly string[];
  /** None: it has no hooks. Absent: nobody could look. */
  readonly runs?: readonly AppRun[];
  /** Said when nothing else is to be said. */
  readonly note?: string;
}

/** The status after a pass: pure. */
export function conclude(environment: Environment, found: Findings, now: number): EnvironmentStatus {
  const before = environment.status ?? EMPTY_STATUS;
  const { verdict, problems, applied, target } = found;
  const phase = phaseOf(environment, found);
  const sync = syncOf(found);
  const healthy = verdict?.state === 'Healthy' && applied && problems.length === 0;
  const same = before.deployedRevision === target;
  const healthySince = healthy ? ((same ? before.healthySince : undefined) ?? rfc3339(now)) : undefined;
  const message = messageOf(environment, phase, found);
  const { healthySince: _old, ...rest } = before;
  return {
    ...rest,
    ...(applied && found.deployed
      ? {
          deployedRevision: target,
          deployedTree: found.deployed.tree,
          release: found.deployed.release,
          ran: staysAfter(before.ran, target, now),
        }
      : {}),
    ...(healthySince ? { healthySince } : {}),
    sync,
    phase,
    phaseSince: before.phase === phase && before.phaseSince ? before.phaseSince : rfc3339(now),
    health: verdict?.state ?? 'Unknown',
    message,
    inventory: found.inventory,
    urls: found.urls,
    ...(found.runs ? { runs: found.runs } : {}),
    conditions: withCondition(
      before.conditions,
      'Ready',
      sync === 'Synced' && healthy ? 'True' : 'False',
      now,
      problems[0]?.reason ?? verdict?.reason ?? phase,
      message,
    ),
  };
}

function phaseOf(environment: Environment, { problems, verdict, remaining, applied }: Findings): Phase {
  if (problems.length > 0) return 'Failed';
  if (verdict?.state === 'Degraded') return 'Failed';
  if (!applied || remaining > 0) return 'Waiting';
  if (verdict?.state === 'Progressing' || verdict?.state === 'Missing') return 'Waiting';
  return environment.spec.pin ? 'Pinned' : 'Idle';
}

function syncOf({ applied, remaining, verdict }: Findings): SyncState {
  if (verdict === undefined) return 'Unknown';
  return applied && remaining === 0 ? 'Synced' : 'OutOfSync';
}

function messageOf({ spec, status }: Environment, phase: Phase, found: Findings): string {
  const { problems, verdict, note, target } = found;
  if (problems.length > 0) return problems.map(formatProblem).join('\n');
  if (verdict?.state === 'Degraded' && verdict.message) {
    const name = `${spec.delivery}/${spec.environment}`;
    const earlier = (found.deployed?.release ?? status?.release ?? 0) > 1;
    const back = earlier ? `; or pilotage rollback ${name}` : '';
    const remedy = spec.pin
      ? `It is pinned here: push a correction, then pilotage pin ${name} --off`
      : `Push a correction: it supersedes this at once${back}`;
    return `${verdict.message}\n  → ${remedy}`;
  }
  if (verdict?.message) return verdict.message;
  if (phase === 'Pinned') return `pinned to ${target.slice(0, 12)}`;
  return note ?? '';
}
