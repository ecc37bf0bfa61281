import { ProblemError } from '../../base/errors.ts';
import { remembering } from '../../base/textmemo.ts';
import { suggest } from '../../charts/suggest.ts';
import type { ChartEngine, Context, EngineOptions, Templates } from '../engine.ts';
import { createBudget } from '../gotemplate/budget.ts';
import { boundCompiled, CAPACITY, compile, compiled, compiledFiles, RUNTIME } from './compiled.ts';
import { located } from './errors.ts';
import { HelperError } from './helper.ts';
import { resolveMarkers, stripMarkers } from './markers.ts';
import { partialNameOf } from './partialname.ts';
import { readByHandlebars } from './reads.ts';
import { newIncluded } from './recording.ts';
import type { Delegate } from './register.ts';
import type { PartialCall } from './rewriting.ts';
import { scopeOf } from './structured/scope.ts';
import {
  definitionsOf,
  documentsOf,
  isStructured,
  type StructuredSpace,
  structured,
  textOfDefinition,
} from './structured/templates.ts';
import type { Parts } from './types.ts';

/**
 * Handlebars: `templates/*.hbs` writes text, `templates/*.hbs.yaml` is YAML with expressions. `define` makes the `{{#*inline}}`s and the text
 * of a `_name.hbs` file callable, and the members of a `_name.hbs.yaml`.
 */
export const handlebars: ChartEngine = {
  name: 'handlebars',
  formOf: (file) => (isStructured(file) ? 'structured' : file.endsWith('.hbs') ? 'text' : undefined),
  open: openTemplates,
  readValues: readByHandlebars,
};

/** Helm stops at 1,000; the JavaScript stack is smaller. */
const MAX_DEPTH = 200;

/** One space of names per render: templates that were compiled once are shared, nothing else outlives it. */
function openTemplates(options: EngineOptions): Templates {
  boundCompiled();
  const partials: Record<string, Delegate> = Object.create(null);
  /** Templates whose calls of partials can be checked only when everything is defined. */
  const unchecked: Caller[] = [];

  // Texts of tpl hold values, and are others with every render: none outlives this one. Nobody reads their markers.
  const textOfTpl = remembering(CAPACITY, (text, file) => compile({ file, text }));
  const deeper = limitDepth();
  const included = options.explain ? newIncluded() : undefined;
  const space: StructuredSpace = { definitions: new Map(), deeper };
  const checkCalls = (template: Caller): void => {
    for (const caller of [...unchecked.splice(0), template]) checkPartials(caller, partials);
  };
  const run = (template: Delegate, context: unknown, root: Context): string =>
    template(context, { ...RUNTIME, data: { root, parts }, partials });

  const texts = new Map<string, string>();
  const parts: Parts = {
    ...options,
    budget: createBudget(),
    textBefore: ({ file, line = 1, column = 1 }) => {
      const lines = (texts.get(file) ?? '').split('\n', line);
      return [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(0, column - 1)].join('\n');
    },
    include(name, context, root) {
      const found = partials[name];
      if (!found) {
        const remedy = suggest(name, Object.keys(partials));
        throw new HelperError(`no template is defined under the name ${JSON.stringify(name)}`, remedy);
      }
      return deeper(() => {
        // The final newline belongs to the line that holds {{/inline}}, not to the value.
        const marked = run(found, context, root).replace(/\n$/, '');
        included?.add(name, marked);
        return stripMarkers(marked);
      });
    },
    tpl(text, context, call) {
      if (!text.includes('{{')) return text;
      const file = `${call.place.file}:${call.place.line} (tpl)`;
      return deeper(() => stripMarkers(run(textOfTpl(text, file).run, context, call.root)));
    },
  };

  return {
    define(template) {
      texts.set(template.file, template.text);
      if (isStructured(template.file)) {
        const read = structured(template.text, template.file);
        unchecked.push(read);
        for (const [name, node] of definitionsOf(read)) {
          space.definitions.set(name, node);
          partials[name] = (context, options) => {
            const data = options?.data as { readonly root: Context };
            return textOfDefinition(node, scopeOf(context, data.root, parts), space);
          };
        }
        return;
      }
      const made = compiled(template);
      unchecked.push(made.rewritten);
      const name = partialNameOf(template.file);
      const isPartial = !made.definitions.has(name) && made.rewritten.program.body.some(writesText);
      const defined = [...made.definitions, ...(isPartial ? [[name, made.run] as const] : [])];
      for (const [id, definition] of defined) {
        partials[id] = definition;
        space.definitions.delete(id);
      }
    },
    render(template, context) {
      texts.set(template.file, template.text);
      const made = compiled(template);
      checkCalls(made.rewritten);
      const marked = located(template, () => run(made.run, context, context));
      const resolved = { ...resolveMarkers(marked, { file: made.index, line: 1 }), files: compiledFiles };
      return included ? { ...resolved, output: included.outputOf(marked, made.index) } : resolved;
    },
    evaluate(template, context) {
      texts.set(template.file, template.text);
      checkCalls(structured(template.text, template.file));
      return located(template, () => documentsOf(template, context, parts, space));
    },
  };
}

/** Runs what include and tpl call, and refuses recursion without an end. */
function limitDepth(): <T>(run: () => T) => T {
  let depth = 0;
  return (run) => {
    if (depth >= MAX_DEPTH) throw new HelperError(`include and tpl are nested more than ${MAX_DEPTH} deep`);
    depth += 1;
    try {
      return run();
    } finally {
      depth -= 1;
    }
  };
}

const writesText = (node: hbs.AST.Statement): boolean =>
  node.type !== 'DecoratorBlock' &&
  node.type !== 'CommentStatement' &&
  !(node.type === 'ContentStatement' && stripMarkers((node as hbs.AST.ContentStatement).value).trim() === '');

/** A template whose calls of partials can be checked: by name, at their places. */
interface Caller {
  readonly file: string;
  readonly calls: readonly PartialCall[];
  /** Partials that it defines for itself. */
  readonly inlines?: ReadonlySet<string>;
}

function checkPartials({ calls, inlines, file }: Caller, partials: Readonly<Record<string, Delegate>>): void {
  for (const { name, line, column } of calls) {
    if (Object.hasOwn(partials, name) || inlines?.has(name) || name.startsWith('@')) continue;
    const remedy =
      suggest(name, Object.keys(partials)) ??
      `Define it in templates/_helpers.hbs: {{#*inline "${name}"}} … {{/inline}}`;
    const message = `There is no partial named ${name}`;
    throw new ProblemError({ reason: 'TemplateError', message, place: { file, line, column }, remedy });
  }
}
