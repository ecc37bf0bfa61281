import type { KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { PRUNE_MODES, type PruneMode } from '../../model/deliveryfile.ts';

/** What an object itself says, by which annotation, and how it is written there. */
export interface Mark<Mode> {
  readonly mode: Mode;
  readonly by: string;
  readonly value: string;
}

export const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';
export const FLUX = 'kustomize.toolkit.fluxcd.io';

type Marked = Pick<KubeObject, 'metadata'>;

/** The options of Argo CD's annotation: `Prune=false,Replace=true` (argo-cd `docs/user-guide/sync-options.md`). */
export function syncOptions({ metadata }: Marked): ReadonlyMap<string, string> {
  const text = metadata.annotations?.[SYNC_OPTIONS] ?? '';
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
    return name === '' ? [] : [[name, value] as const];
  });
  return new Map(pairs);
}

const ARGO_MODES: Readonly<Record<string, PruneMode>> = { false: 'keep', confirm: 'confirm', true: 'auto' };

/** What an object says of its being pruned: ours, then Argo CD's `Prune=`, then Flux' `prune: disabled`. */
export function pruneMark(object: Marked): Mark<PruneMode> | undefined {
  const { annotations = {} } = object.metadata;
  const own = annotations[ANNOTATIONS.prune];
  const mode = PRUNE_MODES.find((one) => one === own);
  if (mode !== undefined) return { mode, by: ANNOTATIONS.prune, value: mode };
  const option = syncOptions(object).get('Prune');
  const argo = option === undefined ? undefined : ARGO_MODES[option];
  if (argo !== undefined) return { mode: argo, by: SYNC_OPTIONS, value: `Prune=${option}` };
  return annotations[`${FLUX}/prune`] === 'disabled'
    ? { mode: 'keep', by: `${FLUX}/prune`, value: 'disabled' }
    : undefined;
}
