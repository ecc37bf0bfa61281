import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { formatProblem, problemOf } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { type ClientOptions, type FaceClient, openFace } from './daemon/face.ts';

export interface OutputOptions extends ClientOptions {
  readonly output: 'text' | 'json';
}

/** A command that talks to a running daemon: the options that name it are the same everywhere. */
export function clientCommand(name: string, output: Option = outputOption()): Command {
  return new Command(name)
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .option('--server <url>', 'URL of the daemon: https://HOST:PORT')
    .option('--ca <file>', 'with --server: certificate of the authority that signed its own, PEM')
    .addOption(output);
}

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'text for people, json for scripts')
    .choices(['text', 'json'])
    .default('text');

/** For options that are repeatable. */
export const collect = (value: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  value,
];

/** Colours for one stream: none unless it is a terminal. */
export function colorsOf(context: CliContext): ReturnType<typeof pc.createColors> {
  return pc.createColors(context.surroundings.color && context.stdout.isTTY === true);
}

export const face = (context: CliContext, options: ClientOptions): Promise<FaceClient> =>
  openFace(context.surroundings, options);

export function print(context: CliContext, text: string): void {
  context.stdout.write(`${text}\n`);
}

export function printJson(context: CliContext, value: unknown): void {
  print(context, JSON.stringify(value));
}

/** What every command does with a refusal: one readable block on stderr, and the exit code that was agreed. */
export function reportProblem(context: CliContext, error: unknown): void {
  const red = pc.createColors(context.surroundings.color && context.stderr.isTTY === true).red;
  context.stderr.write(`${red('error:')} ${formatProblem(problemOf(error))}\n`);
}

/** Path of an environment's route: `shop/prod`, or `prod` where there is one delivery. */
export function environmentPath(name: string, verb: string): string {
  const slash = name.indexOf('/');
  const [delivery, environment] = slash < 0 ? ['', name] : [name.slice(0, slash), name.slice(slash + 1)];
  return `/api/v1/environments/${encodeURIComponent(delivery)}/${encodeURIComponent(environment)}/${verb}`;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `60s`, `2m`, `1h30m`, `500ms` → milliseconds. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new InvalidArgumentError('It must be a duration like 60s, 2m or 1h30m.');
  }
  return parts.reduce((sum, [, number = '0', unit = 's']) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}
