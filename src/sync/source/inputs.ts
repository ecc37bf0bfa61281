import type { FileTree } from '../../base/filetree.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { patchFiles } from '../../model/apps.ts';
import type { AppEntry, DeliveryFile } from '../../model/deliveryfile.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import type { PreviewTerms } from '../../model/types.ts';
import { seesRevision } from '../../render/key.ts';
import { foldersRead } from '../../render/reach.ts';
import { composeBuilds } from './composeimages.ts';
import { entryOf, fileOf } from './deliveryfile.ts';
import { imagesFor } from './pinned.ts';
import { appsFor } from './preview/apps.ts';

/** The environment that is rendered. */
export interface InputsRequest {
  readonly delivery: string;
  readonly environment: string;
  readonly path: string;
  /** False on a cluster that runs registry images. */
  readonly buildsImages: boolean;
  readonly preview?: PreviewTerms | undefined;
}

/**
 * Whether an environment renders to the same from two trees because nothing that it is rendered from differs: what pilotage.yaml says of
 * it, its charts and manifests, its values, its images. It compares ids and renders nothing; false also where only a rendering could tell.
 */
export function sameInputs(request: InputsRequest, before: FileTree, after: FileTree): boolean {
  const [old, now] = [fileOf(before), fileOf(after)];
  if (!old.ok || !now.ok) return false;
  const isSame = (path: string): boolean => before.digest(path) === after.digest(path);
  const isSameFile = isSame(PILOTAGE_FILE);
  if (!isSameFile && !sameEntry(request, old.value, now.value)) return false;
  const apps = appsFor(now.value, after, request);
  // What is no app of the file is found in the environment's folder alone.
  const isFoundAlike = isSameFile && isSame(request.path);
  if (!isFoundAlike && !deepEqual(appsFor(old.value, before, request), apps)) return false;
  const composed = composeBuilds({ ...request, tree: after }, apps, now.value);
  // What images of compose projects are made without stands in the whole of the file.
  if (!composed.ok || (!isSameFile && Object.keys(composed.value.entries).length > 0)) return false;
  const images = Object.values(imagesFor(request, now.value, composed.value.entries));
  if (!images.every(({ path }) => isSame(path))) return false;
  return apps.every((app) => sourcesOf(app, after).every(isSame) && !changesWithCommit(app, after));
}

/** What else of the file bears on the environment. Images are made without what any environment is delivered from, so all of the file does. */
function sameEntry(
  { environment, buildsImages }: InputsRequest,
  before: DeliveryFile | undefined,
  after: DeliveryFile | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  const hasImages = [before, after].some((file) => Object.keys(imagesFor({ buildsImages }, file)).length > 0);
  if (hasImages) return false;
  const said = (file: DeliveryFile) => [withoutPlace(entryOf(file, environment)), file.name, file.warnings];
  return deepEqual(said(before), said(after));
}

const withoutPlace = <T extends { readonly place: unknown }>(entry: T | undefined): unknown => {
  if (entry === undefined) return undefined;
  const { place: _place, ...rest } = entry;
  return rest;
};

const sourcesOf = (app: AppEntry, tree: FileTree): readonly string[] => [
  ...(app.source.type === 'folder' ? foldersRead(tree, app.source.path) : []),
  ...app.values,
  ...patchFiles(app),
];

/** A template that is given the commit renders to something else with each. */
const changesWithCommit = ({ source, values }: AppEntry, tree: FileTree): boolean =>
  source.type !== 'folder' || seesRevision({ tree, path: source.path, valuesFiles: values });
