import Handlebars from 'handlebars';
import { ProblemError } from '../../base/errors.ts';
import { suggest } from '../../charts/suggest.ts';
import type { ChartEngine, Context, EngineOptions, Template, Templates } from '../engine.ts';
import { type CallLocation, located, placeError, placeOf, syntaxProblem } from './errors.ts';
import { OUTPUT, VALUE } from './expressions.ts';
import { type Helper, HelperError } from './helper.ts';
import { BLOCKS } from './helpers/blocks.ts';
import { contextHelpers } from './helpers/context.ts';
import { HELPERS } from './helpers/index.ts';
import { LENIENT } from './helpers/logic.ts';
import { resolveMarkers, stripMarkers } from './markers.ts';
import { type Rewritten, rewrite } from './rewrite.ts';
import type { Vocabulary } from './rewriting.ts';
import type { Call } from './types.ts';
import { output, requireValue } from './values.ts';

/** Handlebars: `templates/*.hbs`. `define` makes the `{{#*inline}}`s and the text of a `_name.hbs` file callable. */
export const handlebars: ChartEngine = {
  name: 'handlebars',
  isTemplate: (file) => file.endsWith('.hbs'),
  open: openTemplates,
};

const ROOTS: ReadonlySet<string> = new Set([
  ...['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Pilotage', 'Subcharts'],
]);

/** Helm stops at 1,000; the JavaScript stack is smaller. */
const MAX_DEPTH = 200;

type Delegate = HandlebarsTemplateDelegate<unknown>;

/** One environment of Handlebars per render: no state outlives it. */
function openTemplates(options: EngineOptions): Templates {
  const hb = Handlebars.create();
  for (const name of Object.keys(hb.helpers)) hb.unregisterHelper(name);
  const files: string[] = [];
  const definitions = new Map<string, Delegate>();
  /** Templates whose calls of partials can be checked only when everything is defined. */
  const unchecked: { rewritten: Rewritten; file: string }[] = [];
  let depth = 0;

  const deeper = <T>(run: () => T): T => {
    if (depth >= MAX_DEPTH) throw new HelperError(`include and tpl are nested more than ${MAX_DEPTH} deep`);
    depth += 1;
    try {
      return run();
    } finally {
      depth -= 1;
    }
  };

  const run = (compiled: Delegate, context: unknown, root: Context): string =>
    compiled(context, {
      data: { root },
      allowProtoPropertiesByDefault: false,
      allowProtoMethodsByDefault: false,
    });

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

  const contextual = contextHelpers({ ...options, include, tpl });
  const words: Vocabulary = {
    helpers: new Set([...Object.keys(HELPERS), ...Object.keys(contextual), VALUE, OUTPUT]),
    lenient: LENIENT,
    blocks: new Set(Object.keys(BLOCKS)),
    roots: ROOTS,
  };

  const placed = (name: string, helper: (args: unknown[], call: Call) => unknown) =>
    hb.registerHelper(name, function (this: unknown, ...args: unknown[]) {
      const { loc, data, hash } = args.pop() as HelperOptionsWithLoc;
      const call = { root: data.root, place: placeOf(loc, files.at(-1) ?? '') };
      if (hash && Object.keys(hash).length > 0)
        args.push(...(name === 'dict' ? Object.entries(hash).flat() : [hash]));
      try {
        return helper(args, call);
      } catch (error) {
        throw placeError(name, error, call.place);
      }
    });

  for (const [name, helper] of Object.entries<Helper>(HELPERS)) placed(name, (args) => helper(...args));
  for (const [name, helper] of Object.entries(contextual)) placed(name, helper);
  placed(VALUE, ([written, ...chain]) => requireValue(String(written), chain));
  placed(OUTPUT, ([written, value]) => output(String(written), value));
  for (const [name, block] of Object.entries(BLOCKS)) {
    hb.registerHelper(name, function (this: unknown, value: unknown, opts: HelperOptionsWithLoc) {
      try {
        return block.call(this, value, opts);
      } catch (error) {
        throw placeError(`#${name}`, error, placeOf(opts.loc, files.at(-1) ?? ''));
      }
    } as Handlebars.HelperDelegate);
  }

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

  return {
    define(template) {
      const { rewritten, compiled } = load(template);
      unchecked.push({ rewritten, file: template.file });
      for (const [name, program] of rewritten.definitions) {
        const definition = compile(program);
        definitions.set(name, definition);
        hb.registerPartial(name, definition);
      }
      const name = template.file
        .replace(/^.*\//, '')
        .replace(/^_/, '')
        .replace(/\.hbs$/, '');
      if (!rewritten.definitions.has(name) && rewritten.program.body.some(writesText)) {
        definitions.set(name, compiled);
        hb.registerPartial(name, compiled);
      }
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

type KnownHelpers = NonNullable<CompileOptions['knownHelpers']>;

const writesText = (node: hbs.AST.Statement): boolean =>
  node.type !== 'DecoratorBlock' &&
  node.type !== 'CommentStatement' &&
  !(node.type === 'ContentStatement' && stripMarkers((node as hbs.AST.ContentStatement).value).trim() === '');

interface HelperOptionsWithLoc {
  readonly fn: Delegate;
  readonly inverse: Delegate;
  readonly hash: Readonly<Record<string, unknown>>;
  readonly data: Record<string, unknown> & { readonly root: Context };
  readonly loc?: CallLocation;
}

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
