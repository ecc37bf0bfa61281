import Handlebars from 'handlebars';
import { ProblemError } from '../../base/errors.ts';
import type { Template } from '../engine.ts';
import { syntaxProblem } from './errors.ts';
import { type Delegate, registerHelpers } from './register.ts';
import { type Rewritten, rewrite } from './rewrite.ts';

/** A template that has been read and compiled. It knows no render: whatever runs it hands in data, partials and parts. */
export interface Compiled {
  readonly file: string;
  readonly rewritten: Rewritten;
  readonly run: Delegate;
  /** `{{#*inline}}`s at its top level, by name. */
  readonly definitions: ReadonlyMap<string, Delegate>;
  /** Index of its file in `compiledFiles`. */
  readonly index: number;
  readonly text: string;
}

/** Compiling takes a hundred times as long as running. So one environment serves all renders of a process, and keeps what it compiled. */
const hb = Handlebars.create();
/** What a template may name. */
export const words = registerHelpers(hb);
const OPTIONS: CompileOptions = {
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(
    [...words.helpers, ...words.blocks].map((name) => [name, true]),
  ) as CompileOptions['knownHelpers'] & object,
};

/** Nothing that a value inherits is a member to templates (internal/proto-access.js). */
const refused = (...names: readonly string[]) => {
  const whitelist: Record<string, boolean> = Object.create(null);
  for (const name of names) whitelist[name] = false;
  return { whitelist, defaultValue: false };
};

/**
 * What a run is given besides its data. Handlebars would gather helpers anew for each run and wrap all two hundred, which takes longer than
 * most templates; what is `partial` has them given, as it does itself for what templates call (`ret._setup` of runtime.js in the pinned
 * 4.7.10). No helper of ours reads the `lookupProperty` that the wrapping is for.
 */
export const RUNTIME = {
  partial: true,
  helpers: hb.helpers,
  decorators: hb.decorators,
  hooks: {},
  protoAccessControl: {
    properties: refused('__proto__'),
    methods: refused(
      'constructor',
      '__defineGetter__',
      '__defineSetter__',
      '__lookupGetter__',
      '__lookupSetter__',
    ),
  },
};

/**
 * Characters of templates that are kept. Compiled ones take about 170 bytes for each, and what one chart leaves must not use up the memory
 * of another's render.
 */
export const CAPACITY = 2 ** 19;
const kept = new Map<string, Compiled>();
/** The same by the template itself, where a chart is kept: hashing a text takes as long as running it. */
let keptBy = new WeakMap<Template, Compiled>();
const files: string[] = [];
const byIndex: Compiled[] = [];
let characters = 0;

/** File names by the index that line markers use. */
export const compiledFiles: readonly string[] = files;

/** Called between renders only: a marker of a running one would lose its file. */
export function boundCompiled(): void {
  if (characters <= CAPACITY) return;
  kept.clear();
  keptBy = new WeakMap();
  files.length = 0;
  byIndex.length = 0;
  characters = 0;
}

/** A template that is kept for later renders. @throws ProblemError where the text is no template */
export function compiled(template: Template): Compiled {
  const known = keptBy.get(template);
  if (known) return known;
  const made = compiledText(template);
  keptBy.set(template, made);
  return made;
}

function compiledText(template: Template): Compiled {
  const key = `${template.file}\0${template.text}`;
  const known = kept.get(key);
  if (known) return known;
  const made = compile(template, files.push(template.file) - 1);
  byIndex[made.index] = made;
  kept.set(key, made);
  characters += key.length;
  return made;
}

/** One that is not kept. @throws ProblemError where the text is no template */
export function compile(template: Template, index = 0): Compiled {
  // Only text that came from the tree is parsed; the syntax tree that is compiled is our own work, never a caller's.
  const rewritten = rewrite(parse(template), template.file, index, words);
  const delegate = (program: hbs.AST.Program): Delegate => hb.compile(program, OPTIONS);
  return {
    file: template.file,
    rewritten,
    run: delegate(rewritten.program),
    definitions: new Map([...rewritten.definitions].map(([name, program]) => [name, delegate(program)])),
    index,
    text: template.text,
  };
}

/** What was compiled from the file of a marker. */
export const compiledAt = (index: number): Compiled | undefined => byIndex[index];

function parse(template: Template): hbs.AST.Program {
  try {
    return Handlebars.parse(template.text, { srcName: template.file });
  } catch (error) {
    throw new ProblemError(syntaxProblem(template, error));
  }
}
