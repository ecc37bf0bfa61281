import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { type ExecuteOptions, execute, type Rendered } from '../gotemplate/execute.ts';
import { compareText } from '../gotemplate/kinds.ts';
import type { Made } from '../gotemplate/made.ts';
import type { TemplateSpace } from '../gotemplate/space.ts';
import type { Value } from '../gotemplate/values.ts';
import { textOf } from '../gotemplate/values.ts';
import { isPartial, type Renderable } from './contexts.ts';
import { withoutNoValue } from './functions.ts';
import { parsed } from './parsed.ts';
import { asValues } from './valuesobject.ts';

/** The output of one template. */
export interface RenderedTemplate {
  readonly renderable: Renderable;
  readonly text: string;
  /** Which template and line wrote each line of it. */
  readonly lines: Rendered;
}

export interface EngineRun {
  readonly templates: ReadonlyMap<string, Renderable>;
  readonly space: TemplateSpace;
  readonly executing: ExecuteOptions;
  readonly made: Made;
  readonly helm: HelmVersion;
}

/** Those that lie deepest come first, so that a chart can define anew what a chart below it brought. */
export function inOrder<T extends { readonly name: string }>(templates: Iterable<T>): T[] {
  const depth = ({ name }: T): number => name.split('/').length;
  return [...templates].sort((a, b) => depth(b) - depth(a) || compareText(b.name, a.name));
}

/**
 * Every template that is no partial, in Helm's order (`render` of pkg/engine/engine.go).
 * @throws TemplateError
 */
export function renderTemplates({ templates, space, executing, made, helm }: EngineRun): RenderedTemplate[] {
  const ordered = inOrder(templates.values());
  for (const { name, file } of ordered) space.define(parsed(name, textOf(file.bytes), helm));
  return ordered
    .filter(({ name }) => !isPartial(name))
    .map((renderable) => {
      const { name, basePath, data } = renderable;
      data.set(
        'Template',
        asValues(
          new Map<string, Value>([
            ['Name', name],
            ['BasePath', basePath],
          ]),
          helm,
        ),
      );
      made.enter(name);
      const lines = execute(space, name, data, executing);
      return { renderable, text: withoutNoValue(lines.text), lines };
    });
}
