import { failed, ok, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import type { DryRunReport, PlanReport } from '../../model/faces.ts';
import type { Environment } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import { dryRun } from '../cluster/dryrun.ts';
import { asGoverned } from '../intake/govern.ts';
import type { RegisterOptions } from '../intake/register.ts';
import { planReport } from '../plan/describe.ts';
import { imagesNotBuilt, unbuiltImages } from '../source/unbuilt.ts';
import { goalOf } from '../state/goal.ts';
import { createMemory } from '../state/memory.ts';
import type { PassParts } from './parts.ts';
import { type Prepared, prepare } from './prepare.ts';

/** What would be synced: the wanted revision, another one, or a working copy. */
export interface PlanRequest {
  readonly revision?: string;
  readonly tree?: FileTree;
  /** False: templates are told of no object of the cluster, for whoever asks may not read them all. Default: they are. */
  readonly looksUp?: boolean;
  readonly signal?: AbortSignal;
}

export interface PreparedNow {
  /** By the terms that the revision would bring. */
  readonly environment: Environment;
  readonly revision: string;
  readonly prepared: Prepared;
}

/** Everything that a sync would begin with. Reads git and the cluster, writes nothing. */
export async function prepareFor(
  options: PassParts & RegisterOptions,
  environment: Environment,
  how: PlanRequest & { readonly signal: AbortSignal },
): Promise<Result<PreparedNow>> {
  const target = await targetOf(options, environment, how.revision);
  if (!target.ok) return target;
  // A revision that is asked for by name is rendered from git, pin or not.
  const planned =
    how.revision || how.tree ? await asGoverned(options, withoutPin(environment), target.value) : environment;
  const client = await clientOf(options, planned);
  const images = how.tree ? deployedImages(options, planned) : undefined;
  const parts = images ? { ...options, buildImages: unbuiltImages(images) } : options;
  const prepared = await prepare(parts, client, {
    environment: planned,
    target: target.value,
    memory: createMemory(),
    keeps: false,
    ...(how.tree ? { tree: how.tree } : {}),
    ...(how.looksUp === undefined ? {} : { looksUp: how.looksUp }),
    report: () => {},
    signal: how.signal,
  });
  if (!prepared.ok) return prepared;
  return ok({ environment: planned, revision: target.value, prepared: prepared.value });
}

/** `isTree`: it was asked of a working tree, which is at no revision. */
export function reportOf({ environment, revision, prepared }: PreparedNow, isTree = false): PlanReport {
  const { delivery, environment: name, namespace } = environment.spec;
  const header = { delivery, environment: name, namespace, revision, ...(isTree ? { isTree } : {}) };
  const { warnings, images } = prepared.sourced;
  return planReport(
    header,
    prepared.plan,
    isTree ? [...warnings, ...imagesNotBuilt(Object.keys(images))] : warnings,
  );
}

/** Every write of a sync as a dry run. */
export async function dryRunNow(
  options: PassParts & RegisterOptions,
  environment: Environment,
  how: { readonly signal: AbortSignal },
): Promise<Result<DryRunReport>> {
  const now = await prepareFor(options, environment, how);
  if (!now.ok) return now;
  const { prepared, revision } = now.value;
  const results = await dryRun(prepared.client, prepared, revision, how.signal);
  const { delivery, environment: name } = environment.spec;
  return ok({ delivery, environment: name, revision, results, problems: prepared.plan.blocked });
}

/** What names of images stand for in the release that is deployed. */
function deployedImages(
  { releases }: PassParts,
  { spec, status }: Environment,
): Readonly<Record<string, string>> {
  const release = releases.of(spec).find(({ spec: { number } }) => number === status?.release);
  return release?.spec.images ?? {};
}

async function targetOf(
  { repository, suspensionOf }: Pick<PassParts, 'repository' | 'suspensionOf'>,
  environment: Environment,
  asked: string | undefined,
): Promise<Result<string>> {
  const { delivery } = environment.spec;
  if (asked === undefined) {
    const goal = goalOf(environment, suspensionOf(environment));
    const target = goal.type === 'revision' ? goal.target : environment.status?.wantedRevision;
    if (target !== undefined) return ok(target);
    const message = goal.type === 'stopped' ? goal.message : 'nothing is wanted';
    return failed({ reason: 'NothingWanted', message });
  }
  const resolved = await (await repository(delivery))?.resolve(asked);
  if (resolved !== undefined) return ok(resolved);
  return failed({
    reason: 'RevisionNotFound',
    message: `${asked} is no branch and no commit of ${delivery}`,
  });
}

function withoutPin(environment: Environment): Environment {
  const { pin: _pin, ...spec } = environment.spec;
  return { ...environment, spec };
}
