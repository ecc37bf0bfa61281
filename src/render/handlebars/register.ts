import type Handlebars from 'handlebars';
import type { Context } from '../engine.ts';
import { type CallLocation, placeError, placeOf } from './errors.ts';
import { OUTPUT, VALUE } from './expressions.ts';
import type { Helper } from './helper.ts';
import { BLOCKS } from './helpers/blocks.ts';
import { CONTEXTUAL, type ContextHelper } from './helpers/context.ts';
import { GO_HELPERS } from './helpers/go.ts';
import { HELPERS } from './helpers/index.ts';
import { LENIENT } from './helpers/logic.ts';
import type { Vocabulary } from './rewriting.ts';
import type { Call, Parts } from './types.ts';
import { output, requireValue } from './values.ts';

export type Delegate = HandlebarsTemplateDelegate<unknown>;

const ROOTS: ReadonlySet<string> = new Set([
  ...['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Pilotage', 'Subcharts'],
]);

/** Every helper by its name, those that the rewriting brings in too. */
const TABLE: ReadonlyMap<string, ContextHelper> = new Map<string, ContextHelper>([
  ...Object.entries<Helper>(HELPERS).map(([name, helper]): [string, ContextHelper] => [
    name,
    (args) => helper(...args),
  ]),
  ...Object.entries(GO_HELPERS),
  ...Object.entries(CONTEXTUAL),
  [VALUE, ([written, ...chain]) => requireValue(String(written), chain)],
  [OUTPUT, ([written, value]) => output(String(written), value)],
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
  for (const name of TABLE.keys()) hb.registerHelper(name, placedHelper(name));
  for (const name of Object.keys(BLOCKS)) hb.registerHelper(name, placedBlock(name));
  return {
    helpers: new Set(TABLE.keys()),
    lenient: LENIENT,
    blocks: new Set(Object.keys(BLOCKS)),
    roots: ROOTS,
  };
}

function placedHelper(name: string) {
  return (...given: unknown[]): unknown => {
    const { loc, data, hash } = given.pop() as HelperOptionsWithLoc;
    return callHelper(name, given, hash, { root: data.root, place: placeOf(loc), parts: data.parts });
  };
}

/** What a helper gives for its arguments. @throws ProblemError at the place of the call */
export function callHelper(
  name: string,
  args: readonly unknown[],
  hash: Readonly<Record<string, unknown>> | undefined,
  call: Call,
): unknown {
  const named = hash && Object.keys(hash).length > 0 ? namedArguments(name, hash) : [];
  try {
    return TABLE.get(name)?.([...args, ...named], call);
  } catch (error) {
    throw placeError(name, error, call.place);
  }
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
