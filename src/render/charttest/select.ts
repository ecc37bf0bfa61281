import { ProblemError } from '../../base/errors.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { Document } from './document.ts';
import type { Selector } from './model.ts';
import { find } from './paths.ts';

type ByTemplate = ReadonlyMap<string, readonly Document[]>;

/** The documents of each template that an assertion is about. @throws ProblemError where a selector or an index finds too few or too many */
export function documentsFor(
  templates: readonly string[],
  documents: ByTemplate,
  { selector, index = -1 }: { readonly selector?: Selector | undefined; readonly index?: number | undefined },
): ByTemplate {
  const all = templates.map((template) => [template, documents.get(template) ?? []] as const);
  if (selector && selector.path !== '') return selected(all, selector);
  if (index < 0) return new Map(all);
  return new Map(
    all.map(([template, found]) => {
      const document = found[index];
      if (!document) throw none(`There is no document ${index}: ${template} has ${found.length}`);
      return [template, [document]] as const;
    }),
  );
}

function selected(all: readonly (readonly [string, readonly Document[]])[], selector: Selector): ByTemplate {
  const { path, value, matchMany, skipEmptyTemplates } = selector;
  const isWanted = (document: Document): boolean =>
    find(document, path).some((found) => value === undefined || deepEqual(found, value));
  const matching = all.map(([template, documents]) => [template, documents.filter(isWanted)] as const);
  if (!matchMany && matching.flatMap(([, found]) => found).length > 1)
    throw none(`More than one document has ${shown(selector)}`);
  if (!skipEmptyTemplates && matching.some(([, found]) => found.length === 0))
    throw none(`No document has ${shown(selector)}`);
  return new Map(matching.filter(([, found]) => found.length > 0));
}

const shown = ({ path, value }: Selector): string =>
  value === undefined ? path : `${path}: ${JSON.stringify(value)}`;

const none = (message: string): ProblemError => new ProblemError({ reason: 'DocumentMissing', message });
