import type { Problem } from '../../base/errors.ts';
import type { Manifest } from '../types.ts';

const HOOK = 'helm.sh/hook';

/** What becomes of an object that is a Helm hook. Hooks of their own time are not run by this version. */
type Fate = 'apply' | 'leave out';

/**
 * Helm's events (helm.sh/helm `pkg/release/v1/hook.go`). An object of installing and upgrading belongs to the deployed state, if at
 * another time; one of testing, deleting or rolling back would do harm if it ran now.
 */
const FATES: Readonly<Record<string, Fate>> = {
  'crd-install': 'apply',
  'pre-install': 'apply',
  'post-install': 'apply',
  'pre-upgrade': 'apply',
  'post-upgrade': 'apply',
  'pre-delete': 'leave out',
  'post-delete': 'leave out',
  'pre-rollback': 'leave out',
  'post-rollback': 'leave out',
  test: 'leave out',
  'test-success': 'leave out',
  'test-failure': 'leave out',
};

/** Takes out the hooks that must not be applied, and names each hook that is left out or applied out of its time. Pure. */
export function withoutHooks(manifests: readonly Manifest[]): {
  readonly manifests: readonly Manifest[];
  readonly warnings: readonly Problem[];
} {
  const kept: Manifest[] = [];
  const warnings: Problem[] = [];
  for (const manifest of manifests) {
    const events = eventsOf(manifest);
    const applied = events.length === 0 || events.some((event) => FATES[event] === 'apply');
    if (applied) kept.push(manifest);
    if (events.length > 0) warnings.push(warningOf(manifest, events, applied));
  }
  return { manifests: kept, warnings };
}

const eventsOf = ({ object }: Manifest): readonly string[] =>
  // A manifest may say `true`: only the cluster says that an annotation must be text.
  String(object.metadata.annotations?.[HOOK] ?? '')
    .split(',')
    .map((event) => event.trim())
    .filter(Boolean);

function warningOf({ object, origin }: Manifest, events: readonly string[], applied: boolean): Problem {
  const what = `${object.kind} ${object.metadata.name ?? '(no name)'} is a Helm hook (${events.join(', ')})`;
  return applied
    ? {
        reason: 'HookAppliedPlainly',
        message: `${what}: hooks are not run yet, so it is applied with the other objects`,
        place: origin,
      }
    : { reason: 'HookLeftOut', message: `${what}: it is not applied`, place: origin };
}
