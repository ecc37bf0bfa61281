import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { ExplainRequest, Explanation } from '../../model/explanation.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { explanationIn } from '../../render/provenance/explain.ts';
import { clientOf } from '../cluster/access.ts';
import { releaseOf } from '../history/releases.ts';
import { treeAt } from '../source/source.ts';
import type { PassParts } from './parts.ts';
import { renderNow } from './prepare.ts';

/**
 * Where the fields of an object of the deployed revision come from: rendered once more, with the images, the kept values and the answers of
 * its sync. Builds and writes nothing. @throws ProblemError where there is no such object or field
 */
export async function explainDeployed(
  options: PassParts,
  environment: Environment,
  request: ExplainRequest,
  signal: AbortSignal,
): Promise<Result<Explanation>> {
  const { delivery, environment: name } = environment.spec;
  const target = environment.status?.deployedRevision;
  if (!target) return failed(nothingDeployed(environment));
  const repository = await options.repository(delivery);
  const tree = await treeAt(repository, delivery, target);
  if (!tree.ok) return repository ? failed(commitGone(environment, target, tree.problems[0])) : tree;
  const release = releaseOf(options.releases.of({ delivery, environment: name }), target);
  const images = { references: release?.spec.images ?? {}, build: async () => ok({}) };
  const explaining: PassParts = {
    ...options,
    // Inside of what keeps answers and values: they are known by a request that explains nothing.
    render: (rendering) => options.render({ ...rendering, explain: request }),
    buildImages: async () => ok(images),
  };
  const client = await clientOf(options, environment);
  const rendering = { environment, target, keeps: false, report: () => {}, signal };
  const rendered = await renderNow(explaining, client, rendering, tree);
  if (!rendered.ok) return rendered;
  const { bundle, explanation } = rendered.value;
  const { manifests } = bundle;
  return ok(explanationIn([explanation ? { manifests, explanation } : { manifests }], request));
}

const nothingDeployed = (environment: Environment): Problem => ({
  reason: 'NothingDeployed',
  message: `Nothing is deployed in ${fullName(environment)} that could be explained.`,
  remedy: `pilotage why ${fullName(environment)}; of files on disk: pilotage render --explain KIND/NAME`,
});

/** What was rendered is kept for a rollback; the files that it was rendered from are not. */
const commitGone = (environment: Environment, revision: string, { message }: Problem): Problem => ({
  reason: 'RevisionNotFound',
  message: `${fullName(environment)} ${environment.spec.pin ? 'is pinned to' : 'runs'} ${revision.slice(0, 7)}, whose files are no longer in the repository: only what they rendered to is kept.`,
  details: [message],
  remedy: 'Push a branch that holds the commit, and ask again.',
});
