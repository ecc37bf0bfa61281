import Handlebars from 'handlebars';
import { ProblemError } from '../../base/errors.ts';
import { suggest } from '../../charts/suggest.ts';
import type { ChartEngine, Context, EngineOptions, Template, Templates } from '../engine.ts';
import { located, syntaxProblem } from './errors.ts';
import { HelperError } from './helper.ts';
import { contextHelpers } from './helpers/context.ts';
import { resolveMarkers, stripMarkers } from './markers.ts';
import { type Delegate, registerHelpers } from './register.ts';
import { type Rewritten, rewrite } from './rewrite.ts';
import type { Call } from './types.ts';

/** Handlebars: `templates/*.hbs`. `define` makes the `{{#*inline}}`s and the text of a `_name.hbs` file callable. */
export const handlebars: ChartEngine = {
  name: 'handlebars',
  isTemplate: (file) => file.endsWith('.hbs'),
  open: openTemplates,
};

/** Helm stops at 1,000; the JavaScript stack is smaller. */
const MAX_DEPTH = 200;

/** One environment of Handlebars per render: no state outlives it. */
function openTemplates(options: EngineOptions): Templates {
  const hb = Handlebars.create();
  const files: string[] = [];
  const definitions = new Map<string, Delegate>();
  /** Templates whose calls of partials can be checked only when everything is defined. */
  const unchecked: { rewritten: Rewritten; file: string }[] = [];

  const deeper = limitDepth();

  const include = (name: string, context: unknown, root: Context): string => {
    const found = definitions.get(name);
    if (!found) {
      const remedy = suggest(name, [...definitions.keys()]);
      throw new HelperError(`no template is defined under the name ${JSON.stringify(name)}`, remedy);
    }
    // The final newline belongs to the line that holds {{/inline}}, not to the value.
    return deeper(() => stripMarkers(run(found, context, root)).replace(/\n$/, ''));
  };

  const tpl = (text: string, context: unknown, call: Call): string => {
    if (!text.includes('{{')) return text;
    const file = `${call.place.file}:${call.place.line} (tpl)`;
    return deeper(() => stripMarkers(run(load({ file, text }).compiled, context, call.root)));
  };

  const words = registerHelpers(hb, contextHelpers({ ...options, include, tpl }), () => files.at(-1) ?? '');

  const knownHelpers = Object.fromEntries([...words.helpers, ...words.blocks].map((name) => [name, true]));
  const compile = (program: hbs.AST.Program): Delegate =>
    hb.compile(program, {
      noEscape: true,
      knownHelpers: knownHelpers as KnownHelpers,
      knownHelpersOnly: true,
    });

  const load = (template: Template): { compiled: Delegate; rewritten: Rewritten; index: number } => {
    const index = files.push(template.file) - 1;
    // Only text that came from the tree is parsed; the syntax tree that is compiled is our own work, never a caller's.
    const rewritten = rewrite(parse(template), template.file, index, words);
    return { compiled: compile(rewritten.program), rewritten, index };
  };

  const makeCallable = (name: string, compiled: Delegate): void => {
    definitions.set(name, compiled);
    hb.registerPartial(name, compiled);
  };

  return {
    define(template) {
      const { rewritten, compiled } = load(template);
      unchecked.push({ rewritten, file: template.file });
      for (const [name, program] of rewritten.definitions) makeCallable(name, compile(program));
      const name = partialNameOf(template.file);
      if (!rewritten.definitions.has(name) && rewritten.program.body.some(writesText))
        makeCallable(name, compiled);
    },
    render(template, context) {
      const { compiled, rewritten, index } = load(template);
      const calls = [...unchecked.splice(0), { rewritten, file: template.file }];
      for (const caller of calls) checkPartials(caller.rewritten, caller.file, [...definitions.keys()]);
      const marked = located(template, () => run(compiled, context, context));
      return { ...resolveMarkers(marked, { file: index, line: 1 }), files };
    },
  };
}

const run = (compiled: Delegate, context: unknown, root: Context): string =>
  compiled(context, {
    data: { root },
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  });

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

/** `templates/_labels.hbs` → `labels` */
const partialNameOf = (file: string): string =>
  file
    .replace(/^.*\//, '')
    .replace(/^_/, '')
    .replace(/\.hbs$/, '');

type KnownHelpers = NonNullable<CompileOptions['knownHelpers']>;

const writesText = (node: hbs.AST.Statement): boolean =>
  node.type !== 'DecoratorBlock' &&
  node.type !== 'CommentStatement' &&
  !(node.type === 'ContentStatement' && stripMarkers((node as hbs.AST.ContentStatement).value).trim() === '');

function parse(template: Template): hbs.AST.Program {
  try {
    return Handlebars.parse(template.text, { srcName: template.file });
  } catch (error) {
    throw new ProblemError(syntaxProblem(template, error));
  }
}

function checkPartials(rewritten: Rewritten, file: string, known: readonly string[]): void {
  for (const { name, line, column } of rewritten.calls) {
    if (known.includes(name) || rewritten.inlines.has(name) || name.startsWith('@')) continue;
    const remedy =
      suggest(name, known) ?? `Define it in templates/_helpers.hbs: {{#*inline "${name}"}} … {{/inline}}`;
    const message = `There is no partial named ${name}`;
    throw new ProblemError({ reason: 'TemplateError', message, place: { file, line, column }, remedy });
  }
}
