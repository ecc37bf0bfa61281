import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { remembering } from '../../../base/textmemo.ts';
import type { Json } from '../../../kube/values/types.ts';
import { dumpYaml, parseYaml } from '../../../kube/values/yaml.ts';
import type { Context, StructuredDocument, Template, WrittenMember } from '../../engine.ts';
import { CAPACITY, words } from '../compiled.ts';
import { placeError } from '../errors.ts';
import type { Parts } from '../types.ts';
import type { WrittenMembers } from './entries.ts';
import { type Evaluation, itemsOf, valueAt } from './evaluate.ts';
import type { Node, PartialNode, StructuredTemplate } from './nodes.ts';
import { readStructured } from './read.ts';
import { type Scope, scopeOf } from './scope.ts';

/** `deployment.hbs.yaml` is YAML before it is Handlebars; `deployment.yaml.hbs` is the other way about. */
export const isStructured = (file: string): boolean => /\.hbs\.ya?ml$/.test(file);

/** A structured template that is kept for later renders: it knows none. @throws ProblemError */
export const structured: (text: string, file: string) => StructuredTemplate = remembering(
  CAPACITY,
  (text, file) => readStructured(text, file, words),
) as (text: string, file: string) => StructuredTemplate;

/** The definitions of a `_helpers.hbs.yaml`: a name for each key at its top. @throws ProblemError */
export function definitionsOf({ documents }: StructuredTemplate): ReadonlyMap<string, Node> {
  return new Map(
    documents.flatMap((document) => {
      const members = document.kind === 'map' ? document.members : undefined;
      return (members ?? [undefined]).map((member): [string, Node] => {
        if (member?.kind === 'member' && typeof member.key === 'string') return [member.key, member.value];
        throw new ProblemError({
          reason: 'TemplateError',
          message:
            'A file of helpers is a map: each key is the name of a helper, and its value what the helper gives',
          place: member?.place ?? document.place,
        });
      });
    }),
  );
}

/** What the structured templates of one render share. */
export interface StructuredSpace {
  readonly definitions: Map<string, Node>;
  readonly deeper: <T>(run: () => T) => T;
}

/** The documents of a template. @throws ProblemError */
export function documentsOf(
  { file, text }: Template,
  context: Context,
  parts: Parts,
  space: StructuredSpace,
): StructuredDocument[] {
  const evaluation = start(space);
  const scope = scopeOf(context, context, parts);
  return structured(text, file)
    .documents.flatMap((document) => itemsOf(document, scope, evaluation))
    .map(({ value, node }) => ({
      value: value as Json,
      place: node.place,
      written: (pointer) => writtenAt(evaluation.written, value, pointer, node.place),
    }));
}

/** What a definition gives, as text: for templates that write text. @throws ProblemError */
export const textOfDefinition = (node: Node, scope: Scope, space: StructuredSpace): string =>
  space.deeper(() => {
    const value = valueAt(node, scope, start(space));
    if (value === undefined) return '';
    return typeof value === 'string' ? value : dumpYaml(value);
  });

const start = (space: StructuredSpace): Evaluation => {
  const evaluation: Evaluation = {
    written: new WeakMap(),
    partial: (call, context, scope) => partial(call, context, scope, evaluation, space),
    count: 0,
  };
  return evaluation;
};

function partial(
  { name, place }: PartialNode,
  context: unknown,
  scope: Scope,
  evaluation: Evaluation,
  { definitions, deeper }: StructuredSpace,
): unknown {
  const definition = definitions.get(name);
  try {
    if (definition)
      return deeper(() => valueAt(definition, scopeOf(context, scope.root, scope.parts), evaluation));
    return parsed(scope.parts.include(name, context, scope.root), name, place);
  } catch (error) {
    throw placeError(`> ${name}`, error, place);
  }
}

/** A partial that writes text is read as YAML, as it would be where it is written. */
function parsed(text: string, name: string, place: Place): unknown {
  const value = parseYaml(text, place.file);
  if (value.ok) return value.value ?? undefined;
  const message = `What ${name} writes is not valid YAML: ${value.problems[0].message}`;
  throw new ProblemError({ reason: 'TemplateError', message, place, details: text.split('\n').slice(0, 10) });
}

/** Goes down the pointer as far as the template made what is there. */
function writtenAt(members: WrittenMembers, value: unknown, pointer: string, place: Place): WrittenMember {
  let found: WrittenMember = { place, value: '' };
  let at: unknown = value;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null) break;
    const next = members.get(at)?.(key);
    if (next) found = next;
    // Below a value that an expression gave, its path goes on.
    else found = { ...found, value: found.value && `${found.value}.${key}` };
    at = Object.hasOwn(at, key) ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return found;
}
