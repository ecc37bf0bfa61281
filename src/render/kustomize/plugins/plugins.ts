import { type Accumulated, nothingYet } from '../accumulated.ts';
import { type Author, originOf } from '../buildmetadata.ts';
import { refuse } from '../errors.ts';
import { type Cursor, placeOf, text } from '../kustomization/decode.ts';
import type { Entry } from '../kustomization/read.ts';
import { describeId } from '../resource/id.ts';
import { readResources } from '../resource/read.ts';
import type { Resource } from '../resource/resource.ts';
import { isInline } from '../transformers/list.ts';
import type { Step } from '../transformers/patches.ts';
import { GENERATORS, type Generating, PLUGINS } from './builtin.ts';

/** Whose entries they are. */
interface Target extends Generating {
  addResources(to: Accumulated, entries: readonly Entry[]): void;
}

/** `generators`: each entry is a file, a folder with a kustomization, or an object itself. @throws ProblemError for programs */
export function externalGenerators(
  target: Target,
  entries: readonly Cursor[],
): { readonly resources: () => Resource[]; readonly author: Author }[] {
  return configured(target, entries).map((config) => {
    const make = rowOf(config, GENERATORS);
    return { resources: () => make(config, target), author: authorOf(config) };
  });
}

/** `transformers`, likewise. */
export function externalTransformers(
  target: Target,
  entries: readonly Cursor[],
): { readonly step: Step; readonly author: Author }[] {
  return configured(target, entries).map((config) => ({
    step: rowOf(config, PLUGINS)(config, target.files),
    author: authorOf(config),
  }));
}

function configured(target: Target, entries: readonly Cursor[]): readonly Resource[] {
  const found: Accumulated = nothingYet();
  for (const cursor of entries) {
    const [entry, place] = [text(cursor), placeOf(cursor)];
    if (isInline(entry)) found.resources.appendAll(readResources(entry, place.file, place));
    else target.addResources(found, [{ path: entry, place }]);
  }
  return found.resources.list;
}

function rowOf<T>(config: Resource, rows: Readonly<Record<string, T>>): T {
  const row = Object.hasOwn(rows, config.kind) ? rows[config.kind] : undefined;
  if (config.apiVersion === 'builtin' && row !== undefined) return row;
  throw isProgram(config) ? programProblem(config) : unknownProblem(config, Object.keys(rows));
}

const isProgram = ({ apiVersion, annotations }: Resource): boolean =>
  apiVersion !== 'builtin' || annotations.has('config.kubernetes.io/function');

const programProblem = (config: Resource): Error =>
  refuse(
    `${describeId(config.id)} (${config.apiVersion}) is run as a program or a container, and none is run while a repository is rendered`,
    config.origin,
    'Run it before the push and commit what it makes, or use a built-in one (apiVersion: builtin).',
    'NotSupported',
  );

const unknownProblem = (config: Resource, known: readonly string[]): Error =>
  refuse(
    `There is no built-in ${config.kind} here`,
    config.origin,
    `Built in are: ${known.join(', ')}.`,
    'NotSupported',
  );

function authorOf(config: Resource): Author {
  const { apiVersion, kind, name, namespace } = config;
  const path = /^path: (.*)$/m.exec(originOf(config) ?? '')?.[1];
  return { configuredIn: path ?? config.origin.file, apiVersion, kind, name, namespace };
}
