import { ProblemError, unwrap } from '../base/errors.ts';
import { pathsBelow } from '../base/filetree.ts';
import { SCHEMA_VERSION } from '../kube/schema/version.ts';
import type { AppEntry } from '../model/deliveryfile.ts';
import { PILOTAGE_FILE } from '../model/pilotagefile.ts';
import { composeImages } from '../render/sources/composefile.ts';
import type { RenderRequest } from '../render/types.ts';
import { folderOfApp, type WorkingTree } from './workingtree.ts';

export interface AppOptions {
  /** Values files besides those of pilotage.yaml. */
  readonly values: readonly string[];
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly kubeVersion?: string | undefined;
  readonly identities: readonly string[];
}

/** What the daemon would be asked to render for an app, as far as it can be known offline: nothing is built, no cluster is asked. */
export function appRequest(
  { tree, delivery, environment, file, entry }: WorkingTree,
  app: AppEntry,
  { values, overrides, kubeVersion = SCHEMA_VERSION, identities }: AppOptions,
): RenderRequest {
  const project = {
    ...{ tree, path: folderOfApp(app), app: app.name, delivery, environment },
    valuesFiles: [...app.values, ...values],
    ...(app.patches ? { patches: app.patches } : {}),
    overrides,
  };
  const built = unwrap(composeImages(project)).map(({ service }) => service);
  // The name of an image is used as it is.
  const reference = (image: string) => `${delivery}/${image}:working-tree`;
  return {
    ...project,
    namespace: entry?.namespace ?? `${delivery}-${environment}`,
    revision: '0'.repeat(40),
    composeImages: Object.fromEntries(built.map((service) => [service, reference(service)])),
    images: Object.fromEntries(Object.keys(file?.images ?? {}).map((image) => [image, reference(image)])),
    identities,
    capabilities: { kubeVersion, apiVersions: [] },
  };
}

/** A push would not find them either. @throws ProblemError */
export function refuseMissingImages({ tree, file }: WorkingTree): void {
  for (const [name, { path }] of Object.entries(file?.images ?? {}))
    if (path !== '' && path !== '.' && pathsBelow(tree, path).length === 0)
      throw new ProblemError({
        reason: 'SourceMissing',
        message: `images.${name}: There is no folder ${path}`,
        place: { file: PILOTAGE_FILE },
        remedy: 'Correct the path, or add the folder.',
      });
}
