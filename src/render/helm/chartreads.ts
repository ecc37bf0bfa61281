import { failed, ok, ProblemError, type Result } from '../../base/errors.ts';
import type { ResolvedChart } from '../../charts/helm/dependencies.ts';
import { type HelmValue, isTable } from '../../charts/helm/values.ts';
import { ValueReads } from '../../charts/valuereads.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import type { Tree } from '../gotemplate/nodes.ts';
import { textOf } from '../gotemplate/values.ts';
import { isPartial, templatesOf } from './contexts.ts';
import { inOrder } from './engine.ts';
import { parsed } from './parsed.ts';
import { readByTemplates } from './reads.ts';
import { type HelmRequest, helmValues } from './render.ts';

/** Which values a chart and those below it read: by their templates, by texts of values that are templates, and by Chart.yaml. */
export function chartReads(request: Pick<HelmRequest, 'chart' | 'given' | 'helm'>): Result<ValueReads> {
  try {
    const { root, values } = helmValues(request, () => {});
    const reads = new ValueReads();
    const named = new Map<string, Tree>();
    const run = inOrder(templatesOf(root)).flatMap((one) => {
      const trees = treesOf(one.name, textOf(one.file.bytes), request.helm);
      for (const [name, tree] of trees) named.set(name, tree);
      const own = trees.get(one.name);
      return own && !isPartial(one.name) ? [{ tree: own, scope: one.scope }] : [];
    });
    const scopes = scopesOf(root, []);
    const ofValues = templatesIn(values).flatMap((text) =>
      [...treesOf('values', text, request.helm).values()].flatMap((tree) =>
        scopes.map((scope) => ({ tree, scope })),
      ),
    );
    readByTemplates([...run, ...ofValues], { reads, scopes, named });
    readByMetadata(root, reads, []);
    return ok(reads);
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** What cannot be parsed reads nothing: the render says what is wrong with it. */
function treesOf(name: string, text: string, helm: HelmRequest['helm']): ReadonlyMap<string, Tree> {
  try {
    return parsed(name, text, helm);
  } catch (error) {
    if (error instanceof TemplateError) return new Map();
    throw error;
  }
}

const scopesOf = ({ dependencies }: ResolvedChart, scope: readonly string[]): (readonly string[])[] => [
  scope,
  ...dependencies.flatMap((child) => scopesOf(child, [...scope, child.name])),
];

/** Texts that `tpl` may run. */
function templatesIn(value: HelmValue): string[] {
  if (typeof value === 'string') return value.includes('{{') ? [value] : [];
  if (isTable(value)) return [...value.values()].flatMap(templatesIn);
  return Array.isArray(value) ? value.flatMap(templatesIn) : [];
}

/** Conditions and tags are read; so is all that is for a chart which is not here, because it is turned off or has yet to be fetched. */
function readByMetadata(
  { chart, dependencies }: ResolvedChart,
  reads: ValueReads,
  scope: readonly string[],
): void {
  const present = new Set(dependencies.map(({ name }) => name));
  for (const { name, alias, condition, tags, importValues } of chart.metadata.dependencies) {
    const called = alias || name;
    for (const path of condition.split(',').filter(Boolean))
      reads.look([...scope, ...path.trim().split('.')]);
    for (const tag of tags) reads.look([...scope, 'tags', tag]);
    if (!present.has(called) || importValues.length > 0) reads.take([...scope, called]);
    for (const one of importValues) {
      const parent = isTable(one) ? one.get('parent') : undefined;
      if (typeof parent === 'string') reads.take([...scope, ...parent.split('.')]);
    }
  }
  for (const child of dependencies) readByMetadata(child, reads, [...scope, child.name]);
}
