import type { Place } from '../../../base/place.ts';
import { KUSTOMIZATION_FILES } from '../../../model/kustomizationfiles.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import { isMissing, type Node } from '../yaml/node.ts';
import { readNodes } from '../yaml/read.ts';
import { type Cursor, placeOf, text } from './decode.ts';
import { type Kustomization, kustomization } from './fields.ts';

const VERSIONS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
};

/** A path in a list of a kustomization, and where it stands. */
export interface Entry {
  readonly path: string;
  readonly place: Place;
}

/** A kustomization with deprecated fields moved to those that took their place. */
export interface Read {
  readonly file: string;
  readonly isComponent: boolean;
  readonly fields: Kustomization;
  readonly resources: readonly Entry[];
  readonly components: readonly Entry[];
}

/** The kustomization of a folder. @throws ProblemError */
export function readKustomization(files: Files): Read {
  const names = KUSTOMIZATION_FILES.filter((name) => files.has(name));
  const [name, second] = names;
  if (name === undefined) {
    throw refuse(
      `There is no kustomization.yaml in ${files.describe()}`,
      { file: files.root === '' ? '.' : files.root },
      'Add one, or name the files of the folder one by one.',
    );
  }
  const file = files.path(name);
  if (second !== undefined)
    throw refuse(
      `There are two kustomizations here: ${names.join(' and ')}`,
      { file },
      'Remove one of them.',
    );
  const [node] = readNodes(files.text(name), file);
  if (!node || isHeadOnly(node))
    throw refuse('This kustomization is empty', { file }, 'Add resources to it.');
  const fields = kustomization({ node, path: '', file });
  const kind = fields.kind ?? 'Kustomization';
  checkType(kind, fields, { file });
  return {
    file,
    isComponent: kind === 'Component',
    fields: { ...fields, images: [...(fields.images ?? []), ...(fields.imageTags ?? [])] },
    resources: entriesOf([...(fields.resources ?? []), ...(fields.bases ?? [])]),
    components: entriesOf(fields.components),
  };
}

const isHeadOnly = (node: Node): boolean =>
  node.kind !== 'list' &&
  ![...node.fields].some(([key, value]) => !/^(?:apiVersion|kind)$/i.test(key) && !isMissing(value));

function checkType(kind: string, { apiVersion }: Kustomization, place: Place): void {
  const version = Object.hasOwn(VERSIONS, kind) ? VERSIONS[kind] : undefined;
  if (version === undefined) throw refuse(`kind must be Kustomization or Component, not ${kind}`, place);
  if (apiVersion !== undefined && apiVersion !== version)
    throw refuse(`The apiVersion of a ${kind} must be ${version}, not ${apiVersion}`, place);
}

export const entriesOf = (cursors: readonly Cursor[] = []): Entry[] =>
  cursors.map((cursor) => ({ path: text(cursor), place: placeOf(cursor) }));
