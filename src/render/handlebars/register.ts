import type Handlebars from 'handlebars';
import type { Context } from '../engine.ts';
import { type CallLocation, placeError, placeOf } from './errors.ts';
import { OUTPUT, VALUE } from './expressions.ts';
import type { Helper } from './helper.ts';
import { BLOCKS } from './helpers/blocks.ts';
import { CONTEXTUAL, type ContextHelper } from './helpers/context.ts';
import { HELPERS } from './helpers/index.ts';
import { LENIENT } from './helpers/logic.ts';
import type { Vocabulary } from './rewriting.ts';
import type { Call, Parts } from './types.ts';
import { output, requireValue } from './values.ts';

export type Delegate = HandlebarsTemplateDelegate<unknown>;

const ROOTS: ReadonlySet<string> = new Set([
  ...['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Pilotage', 'Subcharts'],
]);

interface HelperOptionsWithLoc {
  readonly fn: Delegate;
  readonly inverse: Delegate;
  readonly hash: Readonly<Record<string, unknown>>;
  readonly data: Record<string, unknown> & { readonly root: Context; readonly parts: Parts };
  readonly loc?: CallLocation;
}

/**
 * Replaces the helpers of Handlebars by ours and returns what a template may name. What a helper throws gets the place of the call;
 * what it needs of the render comes with its data.
 */
export function registerHelpers(hb: typeof Handlebars): Vocabulary {
  for (const name of Object.keys(hb.helpers)) hb.unregisterHelper(name);
  const register = (name: string, helper: ContextHelper) =>
    hb.registerHelper(name, placedHelper(name, helper));
  for (const [name, helper] of Object.entries<Helper>(HELPERS)) register(name, (args) => helper(...args));
  for (const [name, helper] of Object.entries(CONTEXTUAL)) register(name, helper);
  register(VALUE, ([written, ...chain]) => requireValue(String(written), chain));
  register(OUTPUT, ([written, value]) => output(String(written), value));
  for (const name of Object.keys(BLOCKS)) hb.registerHelper(name, placedBlock(name));
  return {
    helpers: new Set([...Object.keys(HELPERS), ...Object.keys(CONTEXTUAL), VALUE, OUTPUT]),
    lenient: LENIENT,
    blocks: new Set(Object.keys(BLOCKS)),
    roots: ROOTS,
  };
}

function placedHelper(name: string, helper: ContextHelper) {
  return (...given: unknown[]): unknown => {
    const { loc, data, hash } = given.pop() as HelperOptionsWithLoc;
    const call: Call = { root: data.root, place: placeOf(loc), parts: data.parts };
    const named = hash && Object.keys(hash).length > 0 ? namedArguments(name, hash) : [];
    try {
      return helper([...given, ...named], call);
    } catch (error) {
      throw placeError(name, error, call.place);
    }
  };
}

/** `dict a=1` is `dict "a" 1`; any other helper gets its named arguments as one map. */
const namedArguments = (name: string, hash: Readonly<Record<string, unknown>>): unknown[] =>
  name === 'dict' ? Object.entries(hash).flat() : [hash];

function placedBlock(name: string): Handlebars.HelperDelegate {
  const block = BLOCKS[name];
  return function (this: unknown, value: unknown, options: HelperOptionsWithLoc) {
    try {
      return block?.call(this, value, options);
    } catch (error) {
      throw placeError(`#${name}`, error, placeOf(options.loc));
    }
  } as Handlebars.HelperDelegate;
}
