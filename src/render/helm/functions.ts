import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import { type ExecuteOptions, execute, executeTree } from '../gotemplate/execute.ts';
import { quote } from '../gotemplate/format/quote.ts';
import { define } from '../gotemplate/functions/define.ts';
import type { Lookups } from '../gotemplate/lookups.ts';
import type { TemplateSpace } from '../gotemplate/space.ts';
import { type FunctionTable, GoError, type GoFunction, type Value } from '../gotemplate/values.ts';
import type { OF_RENDER } from './basefunctions.ts';
import { rememberingParser, type Trees } from './parsed.ts';

/** What a chart says of itself by `fail` and `required`: for whoever installs it, not for its author. */
export class ChartError extends GoError {}

/** So often a template may be entered before it has ended. */
const MAX_INCLUDES = 1000;

export interface HelmFunctionsOptions {
  /** sprig's functions, and those that write and read formats. */
  readonly base: FunctionTable;
  readonly space: TemplateSpace;
  readonly lookups: Lookups;
  readonly helm: HelmVersion;
  readonly budget: ExecuteOptions['budget'];
  readonly places?: ExecuteOptions['places'];
  readonly run?: ExecuteOptions['run'];
}

/** All functions of a chart's templates (pkg/engine/funcs.go, engine.go), and how its templates are executed with them. */
export function helmFunctions(options: HelmFunctionsOptions): ExecuteOptions {
  const { base, lookups, helm, budget, places, run } = options;
  /** Where names are looked up: the templates of the chart, and while `tpl` runs those of its text too. */
  let space = options.space;
  const entered = new Map<string, number>();
  // Texts of tpl hold values, and are others with every render: none outlives this one.
  const parseText = rememberingParser();

  const include = (name: string, data: Value): string => {
    const count = entered.get(name) ?? 0;
    if (count > MAX_INCLUDES)
      throw new GoError(
        `rendering template has a nested reference name: ${name}: unable to execute template`,
      );
    entered.set(name, count + 1);
    try {
      return execute(space, name, data, executing).text;
    } finally {
      entered.set(name, count);
    }
  };

  const tpl = (text: string, data: Value): string => {
    const outer = space;
    const inner = outer.fork();
    const trees = tplTrees(() => parseText(outer.name, text, helm), text);
    inner.define(trees);
    // A text of comments alone replaces no template, but it is what is executed.
    const tree = trees.get(outer.name);
    space = inner;
    try {
      const written = tree ? executeTree(inner, tree, data, executing).text : '';
      return withoutNoValue(written);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`, {
        cause: error,
      });
    } finally {
      space = outer;
    }
  };

  const own: Readonly<Record<(typeof OF_RENDER)[number], GoFunction>> = {
    include: define(['string', 'any'], ([name, data]) => include(name, data)),
    tpl: define(['string', 'any'], ([text, data]) =>
      text.includes('{{') ? tpl(text, data) : withoutNoValue(text),
    ),
    required: define(['string', 'any'], ([message, value]) => {
      if (value === null || value === '') throw new ChartError(message);
      return value;
    }),
    fail: define(['string'], ([message]) => {
      throw new ChartError(message);
    }),
    lookup: define(['string', 'string', 'string', 'string'], ([apiVersion, kind, namespace, name]) =>
      lookups.ask({ apiVersion, kind, namespace, name }),
    ),
  };
  const functions: FunctionTable = { ...base, ...own };
  const executing: ExecuteOptions = {
    functions,
    budget,
    missingKey: 'zero',
    ...(places ? { places } : {}),
    ...(run ? { run } : {}),
  };
  return executing;
}

function tplTrees(parse: () => Trees, text: string): Trees {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`, { cause: error });
  }
}

/** What text/template prints for a key that a map lacks; Helm takes it out of everything. */
export const withoutNoValue = (text: string): string =>
  text.includes('<no value>') ? text.replaceAll('<no value>', '') : text;
