import { Command } from 'commander';
import { ProblemError } from '../base/errors.ts';
import { isObject } from '../kube/values/equal.ts';
import { collect, outputOption } from './command.ts';

/** What every command that reads a working tree is told. */
export interface WorkingTreeOptions {
  readonly environment: string;
  readonly app?: string;
  readonly set: readonly string[];
  readonly output: 'text' | 'json';
}

/** A command that reads files on disk, committed or not, as an environment would: the options that say so are the same everywhere. */
export function workingTreeCommand(name: string): Command {
  return new Command(name)
    .argument('[folder]', 'the repository', '.')
    .option('-e, --environment <name>', 'whose values', 'dev')
    .option('--app <name>', 'only this app')
    .option('--set <path=value>', 'override one value (repeatable)', collect, [])
    .addOption(outputOption());
}

/** `a.b=1` → {a: {b: 1}}: numbers, booleans and null are typed as in Helm's --set, everything else is text. */
export function overridesOf(settings: readonly string[]): Overrides {
  return settings.reduce<Overrides>((overrides, setting) => {
    const equals = setting.indexOf('=');
    const path = setting.slice(0, Math.max(0, equals)).split('.');
    if (path.includes(''))
      throw new ProblemError({ reason: 'BadRequest', message: `--set ${setting}: write it as path=value.` });
    return withMember(overrides, path, typed(setting.slice(equals + 1)));
  }, {});
}

type Overrides = Readonly<Record<string, unknown>>;

/** Computed members of a literal are own ones whatever their name: `__proto__` is a key like any other. */
function withMember(map: Overrides, path: readonly string[], value: unknown): Overrides {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { ...map, [key]: value };
  const below = Object.hasOwn(map, key) ? map[key] : undefined;
  return { ...map, [key]: withMember(isObject(below) ? below : {}, rest, value) };
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const typed = (text: string): unknown => {
  if (WORDS.has(text)) return WORDS.get(text);
  return /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
};
