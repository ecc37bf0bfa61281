import { failed, ok, type Problem, problemOf, type Result } from '../../base/errors.ts';
import { type FileTree, pathsBelow } from '../../base/filetree.ts';
import type { Repository } from '../../git/types.ts';
import { deliveryPaths, missingFolders } from '../../model/apps.ts';
import type { AppEntry, EnvironmentEntry, ImageEntry } from '../../model/deliveryfile.ts';
import type { Explanation } from '../../model/explanation.ts';
import { fetchedFolder } from '../../model/fetchedcharts.ts';
import type { PreviewTerms } from '../../model/types.ts';
import { unfetched } from '../../model/unfetched.ts';
import { withoutIdleHooks } from '../../render/manifests/hooks.ts';
import type { Manifest, Rendered, RenderRequest } from '../../render/types.ts';
import { ignoredAdoptions } from '../plan/adoption.ts';
import type { Bundle, BundledApp } from '../plan/types.ts';
import { warnOfApplied, warnOfUnhonoured } from '../plan/unhonoured.ts';
import { composeBuilds, composeReferences } from './composeimages.ts';
import type { Destination } from './containerimages.ts';
import { entryOf, fileOf } from './deliveryfile.ts';
import { type AppNotes, appNotes } from './notes.ts';
import { notHere } from './nothere.ts';
import { imagesFor, pinImages } from './pinned.ts';
import { appsFor, withPreviewValues } from './preview/apps.ts';
import { previewManifests } from './preview/objects.ts';
import { withheldSecrets } from './preview/secrets.ts';
import { warnOfVanishing } from './vanishing.ts';

/** `renamedFrom`: what the app was called before. */
export type Render = (request: RenderRequest, renamedFrom?: string) => Promise<Result<Rendered>>;

export type BuildImages = (request: {
  readonly delivery: string;
  readonly revision: string;
  readonly images: Readonly<Record<string, ImageEntry>>;
  /** Paths of the repository that no image holds. */
  readonly exclude: readonly string[];
  readonly destination: Destination;
}) => Promise<Result<ImageBuild>>;

/** References are known before anything is built, so that what renders to nothing good is refused without a build. */
export interface ImageBuild {
  /** `{{image "web"}}` → what it resolves to. */
  readonly references: Readonly<Record<string, string>>;
  /** What each reference is to be once its image is made: the same, or by a digest that is known only then. */
  build(
    report: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Readonly<Record<string, string>>>>;
}

const NO_IMAGES: ImageBuild = { references: {}, build: async () => ok({}) };

export interface SourceRequest {
  readonly tree: FileTree;
  readonly delivery: string;
  readonly environment: string;
  readonly path: string;
  readonly namespace: string;
  readonly revision: string;
  readonly capabilities: RenderRequest['capabilities'];
  /** False on a cluster that runs registry images: the values name them, or pilotage.yaml a registry. */
  readonly buildsImages: boolean;
  /** The cluster does not run images of the engine here. */
  readonly isElsewhere: boolean;
  /** Of a preview: how it differs from the environment that it is made of. */
  readonly preview?: PreviewTerms | undefined;
}

export interface Sourced {
  readonly bundle: Bundle;
  readonly images: Readonly<Record<string, string>>;
  readonly foreignNamespaces: 'own' | 'allow';
  readonly drift: 'heal' | 'report';
  /** Environments of the delivery that it waits for; a rollback waits for none. */
  readonly dependsOn?: readonly string[];
  readonly warnings: readonly Problem[];
  /** What its charts mark as tests, which run when a gate asks for them; a rollback to what was kept has none. */
  readonly tests?: readonly Manifest[];
  /** Of what is rendered from git; a rollback to what was kept has none. */
  readonly notes?: readonly AppNotes[];
  /** Where the render was asked for one. */
  readonly explanation?: Explanation;
}

/** What a tree renders to for one environment: all its apps rendered, then its images built. Problems of all apps are reported together. */
export async function sourceOf(
  request: SourceRequest,
  render: Render,
  buildImages: BuildImages,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Result<Sourced>> {
  const { tree, delivery, environment, revision, preview } = request;
  const file = fileOf(tree);
  if (!file.ok) return file;
  const { isElsewhere } = request;
  const registry = file.value?.registry;
  const apps = appsFor(file.value, tree, request);
  const [absent, ...alsoAbsent] = apps.flatMap((app) => notHere(tree, app) ?? []);
  if (absent) return failed(absent, ...alsoAbsent);
  const [missing, ...alsoMissing] = missingFolders(file.value, tree, apps, environment);
  if (missing) return failed(missing, ...alsoMissing);
  const composed = composeBuilds(request, apps, file.value);
  if (!composed.ok) return composed;
  const wanted = imagesFor(request, file.value, composed.value.entries);
  const [withheld, ...alsoWithheld] = withheldSecrets(preview, wanted, isElsewhere ? registry : undefined);
  if (withheld) return failed(withheld, ...alsoWithheld);
  const images =
    Object.keys(wanted).length === 0
      ? ok(NO_IMAGES)
      : await buildImages({
          ...{ delivery, revision, images: wanted },
          exclude: deliveryPaths(file.value, tree, request.path, delivery),
          destination: { isElsewhere, ...(registry ? { registry } : {}) },
        });
  if (!images.ok) return images;
  const { references } = images.value;
  // What a branch says of its own preview does not count.
  const entry = preview ? undefined : file.value && entryOf(file.value, environment);
  const foreignNamespaces = entry?.namespaces ?? 'own';
  const imagesOf = (app: string) => composeReferences(composed.value, app, references);
  const seen = { ...request, tree: withPreviewValues(tree, request), foreignNamespaces, imagesOf };
  const rendered = await renderApps(seen, apps, references, render);
  if (!rendered.ok) return rendered;
  const fit = preview
    ? previewManifests(rendered.value.manifests, preview)
    : ok({ manifests: rendered.value.manifests, warnings: [] });
  if (!fit.ok) return fit;
  const built = await images.value.build(report, signal);
  if (!built.ok) return built;
  const { manifests, tests, warnings } = withoutIdleHooks(pinImages(fit.value.manifests, built.value));
  const bundle: Bundle = {
    manifests,
    apps: apps.map((app) => bundledApp(preview ? { ...app, prune: 'auto' } : app, entry)),
  };
  return ok({
    bundle,
    ...(tests.length > 0 ? { tests } : {}),
    images: Object.fromEntries(
      Object.entries(references).map(([name, ref]) => [name, built.value[ref] ?? ref]),
    ),
    foreignNamespaces,
    drift: entry?.drift ?? 'heal',
    ...(entry?.dependsOn ? { dependsOn: entry.dependsOn } : {}),
    notes: rendered.value.notes,
    ...(rendered.value.explanation ? { explanation: rendered.value.explanation } : {}),
    warnings: [
      ...(file.value?.warnings ?? []),
      ...rendered.value.warnings,
      ...fit.value.warnings,
      ...warnings,
      ...warnOfVanishing(manifests),
      ...warnOfUnhonoured(manifests),
      ...warnOfApplied(bundle),
      ...ignoredAdoptions(manifests, `${delivery}/${environment}`),
    ],
  });
}

/** What is kept of an app, with what its environment says for all of them: a rollback goes by what held then. */
function bundledApp({ name, dependsOn, ...app }: AppEntry, entry: EnvironmentEntry | undefined): BundledApp {
  const ignore = [...(entry?.ignore ?? []), ...(app.ignore ?? [])];
  const prune = app.prune ?? entry?.prune;
  return {
    name,
    dependsOn,
    ...(ignore.length > 0 ? { ignore } : {}),
    ...(prune && prune !== 'auto' ? { prune } : {}),
  };
}

type AppsRequest = SourceRequest & {
  readonly foreignNamespaces: 'own' | 'allow';
  /** What the services of a compose project build, by service. */
  readonly imagesOf: (app: string) => Readonly<Record<string, string>>;
};

async function renderApps(
  request: AppsRequest,
  apps: readonly AppEntry[],
  images: Readonly<Record<string, string>>,
  render: Render,
): Promise<
  Result<{
    manifests: readonly Manifest[];
    warnings: readonly Problem[];
    notes: readonly AppNotes[];
    explanation: Explanation | undefined;
  }>
> {
  const results = await Promise.all(apps.map((app) => renderApp(request, app, images, render)));
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  const [first, ...rest] = problems;
  if (first) return failed(first, ...rest);
  const rendered = results.flatMap((result) => (result.ok ? [result.value] : []));
  return ok({
    manifests: rendered.flatMap(({ manifests }) => manifests),
    warnings: rendered.flatMap(({ warnings }) => warnings),
    explanation: rendered.find(({ explanation }) => explanation)?.explanation,
    notes: results.flatMap((result, i) =>
      result.ok ? appNotes(apps[i]?.name ?? '', result.value.notes) : [],
    ),
  });
}

async function renderApp(
  request: AppsRequest,
  app: AppEntry,
  images: Readonly<Record<string, string>>,
  render: Render,
): Promise<Result<Rendered>> {
  const path = app.source.type === 'folder' ? app.source.path : fetchedFolder(app.source);
  if (app.source.type === 'repository' && pathsBelow(request.tree, path).length === 0)
    return failed(unfetched(app, app.source));
  const missing = app.values.find((path) => request.tree.digest(path) === undefined);
  if (missing !== undefined) {
    return failed({
      reason: 'ValuesMissing',
      message: `app ${app.name}: the values file ${missing} does not exist at this revision`,
      place: app.place,
      remedy: 'Add the file, or take it out of `values:` of the app.',
    });
  }
  const { tree, delivery, environment, namespace, revision, capabilities } = request;
  try {
    const rendering = {
      tree,
      path,
      app: app.name,
      namespace,
      delivery,
      environment,
      revision,
      valuesFiles: app.values,
      ...(app.patches ? { patches: app.patches } : {}),
      images,
      composeImages: request.imagesOf(app.name),
      capabilities,
      allowNamespaces: request.foreignNamespaces === 'allow',
      ...(request.preview ? { preview: seenOf(request.preview) } : {}),
    };
    return await render(rendering, app.renamedFrom);
  } catch (error) {
    return failed(problemOf(error));
  }
}

const seenOf = ({ slug, host, secrets }: PreviewTerms): NonNullable<RenderRequest['preview']> => ({
  slug,
  ...(host ? { host } : {}),
  secrets,
});

/** The tree of a commit, or the problem that it cannot be read (it is gone, or the repository is). */
export async function treeAt(
  repository: Repository | undefined,
  delivery: string,
  revision: string,
): Promise<Result<FileTree>> {
  if (repository === undefined) {
    return failed({ reason: 'RepositoryMissing', message: `the repository of ${delivery} is not here` });
  }
  try {
    return ok(await repository.tree(revision));
  } catch (error) {
    return failed(problemOf(error));
  }
}
