import type { KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { PRUNE_MODES, type PruneMode } from '../../model/deliveryfile.ts';
import type { Ignored } from './ignored.ts';

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

const isTrue = (value: string | undefined): boolean => value === 'true' || value === 'enabled';

/** How an object asks to be written, where that is not by server-side apply. */
export interface ApplyMarks {
  /** Written as a whole (PUT), so that nothing stays that git does not have. */
  readonly replace: boolean;
  /** Deleted and made again where a field of it cannot be changed in place. */
  readonly force: boolean;
}

/** Ours, Argo CD's `Replace=true` and `Force=true`, and Flux' `force: enabled`. */
export function applyMarks(object: Marked): ApplyMarks {
  const { annotations = {} } = object.metadata;
  const options = syncOptions(object);
  return {
    replace: isTrue(annotations[ANNOTATIONS.replace]) || options.get('Replace') === 'true',
    force:
      isTrue(annotations[ANNOTATIONS.force]) ||
      options.get('Force') === 'true' ||
      annotations[`${FLUX}/force`] === 'enabled',
  };
}

/** Whether what is there is written over as a whole. Where something of it is left to others it is applied: a PUT would take that from them. */
export const isReplaced = (object: Marked, ignore: Ignored | undefined): boolean =>
  ignore === undefined && applyMarks(object).replace;

/** Flux' ways to leave an object alone: always, or once it is there (kustomize-controller, `reconcile` and `ssa`). */
export function leaveMark({ metadata }: Marked): Mark<'always' | 'present'> | undefined {
  const { annotations = {} } = metadata;
  const said = (name: string, value: string, mode: 'always' | 'present') =>
    annotations[`${FLUX}/${name}`]?.toLowerCase() === value.toLowerCase()
      ? { mode, by: `${FLUX}/${name}`, value }
      : undefined;
  return (
    said('reconcile', 'disabled', 'always') ??
    said('ssa', 'Ignore', 'always') ??
    said('ssa', 'IfNotPresent', 'present')
  );
}

/** Whether an object says that it stays when all of its environment is deleted: Argo CD's `Delete=false`. */
export const staysAtDeletion = (object: Marked): boolean => syncOptions(object).get('Delete') === 'false';

const YES_NO = ['true', 'false'];

/** Options of Argo CD → values that mean here what they mean there: they are carried out, or so in any case. */
const HONOURED: Readonly<Record<string, readonly string[]>> = {
  Prune: [...YES_NO, 'confirm'],
  Delete: [...YES_NO, 'confirm'],
  Replace: YES_NO,
  Force: YES_NO,
  ServerSideApply: ['true'],
  Validate: ['true'],
  SkipDryRunOnMissingResource: YES_NO,
  CreateNamespace: YES_NO,
  ApplyOutOfSyncOnly: YES_NO,
  PruneLast: YES_NO,
  RespectIgnoreDifferences: ['true'],
  FailOnSharedResource: ['true'],
  PrunePropagationPolicy: ['background'],
};

/** What of an object's annotations is not carried out, each as it is written. */
export function unhonouredMarks(object: Marked): readonly string[] {
  const options = [...syncOptions(object)]
    .filter(([name, value]) => !HONOURED[name]?.includes(value))
    .map(([name, value]) => `${SYNC_OPTIONS}: ${name}${value ? `=${value}` : ''}`);
  const { annotations = {} } = object.metadata;
  const isClientSide = annotations[ANNOTATIONS.serverSide] === 'false';
  return [...options, ...(isClientSide ? [`${ANNOTATIONS.serverSide}: "false"`] : [])];
}
