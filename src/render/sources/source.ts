import type { Blot } from '../../base/blot.ts';
import type { Problem, Result } from '../../base/errors.ts';
import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import type { ChartEngine } from '../engine.ts';
import type { Chance } from '../gotemplate/chance.ts';
import type { Lookups } from '../gotemplate/lookups.ts';
import type { Made } from '../gotemplate/made.ts';
import type { Written } from '../manifests/read.ts';
import type { RenderRequest } from '../types.ts';

/** A folder that an app names, as far as its kind of source is concerned. */
export interface Folder {
  readonly tree: FileTree;
  /** '' for the root. */
  readonly path: string;
  /** Paths of its files, relative to the folder. */
  readonly files: readonly string[];
  /** The text of one of them. */
  read(file: string): string;
}

export function folderOf(tree: FileTree, path: string): Folder {
  const prefix = path === '' ? '' : `${path}/`;
  const files = pathsBelow(tree, path).map((p) => p.slice(prefix.length));
  return { tree, path, files, read: (file) => readText(tree, prefix + file) ?? '' };
}

/** What an app is made from: a chart, plain manifests. One file each, all of them in `list.ts`. */
export interface SourceRenderer {
  readonly name: string;
  /** Whether the folder holds this kind of source; `place` shows it where that is worth showing. The first of the list wins. */
  detect(folder: Folder): { readonly place?: Place } | undefined;
  /** The objects of the folder, or why it cannot be rendered. Pure. */
  render(request: SourceRequest, engine: ChartEngine, place?: Place): Result<SourceOutput>;
  /** What single templates write; absent where there are none. */
  templates?(request: TemplatesRequest, engine: ChartEngine): TemplatesOutcome;
  /** The values that its templates see; absent where there are none. */
  values?(request: ValuesRequest): Result<SeenValues>;
  /** Which of its values its templates read; absent where there are none. */
  reads?(request: ValuesRequest, engine: ChartEngine): Result<ValueReads>;
}

export type ValuesRequest = Pick<RenderRequest, 'tree' | 'path' | 'valuesFiles' | 'overrides'>;

/** Some templates of a chart, for a test of it. */
export interface TemplatesRequest extends SourceRequest {
  readonly release: { readonly revision: number; readonly isUpgrade: boolean };
  /** What Chart.yaml says in its place. */
  readonly chart: { readonly version?: string; readonly appVersion?: string };
  readonly includeCrds: boolean;
  /** By the name that Helm has for a template, `shop/charts/db/templates/secret.yaml`. */
  isChosen(name: string): boolean;
}

export type TemplatesOutcome =
  | { readonly ok: true; readonly templates: readonly { readonly name: string; readonly text: string }[] }
  | {
      readonly ok: false;
      readonly problem: Problem;
      /** The same in the words of the engine. */
      readonly said: string;
      /** The template that failed; absent where it was something else. */
      readonly template?: string;
    };

/** Values after all files, and where each was set. */
export interface SeenValues {
  readonly data: JsonObject;
  placeOf(path: readonly string[]): Place | undefined;
}

/** A request, and what is recorded of its render beside the manifests: what it made, what it looked up. */
export interface SourceRequest extends RenderRequest {
  readonly made: Made;
  readonly lookedUp: Lookups;
  readonly chance: Chance;
  /** For whatever an error cuts or quotes of a value: of what is left nobody could tell a secret. */
  readonly blot: Blot;
}

export interface SourceOutput {
  readonly manifests: readonly Written[];
  readonly warnings: readonly Problem[];
  readonly notes?: string;
}
