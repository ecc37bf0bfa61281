import type { Command } from 'commander';
import { HELP, type Help } from './helptexts.data.ts';

const EXAMPLE_WIDTH = 36;

/** Names and arguments only, so that a description has half of 80 columns; each command's help lists its options. */
export const termOf = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
  ].join(' ');

export function addHelp(command: Command): void {
  const help = Object.hasOwn(HELP, command.name()) ? HELP[command.name()] : undefined;
  if (!help) return;
  command.configureHelp({ subcommandTerm: termOf });
  command.helpGroup(`${help.group}:`);
  command.addHelpText('after', formatHelp(help));
}

function formatHelp({ examples, exitCodes, next }: Help): string {
  return [
    '',
    'Examples:',
    ...examples.flatMap(([line, what]) => formatExample(line, what)),
    ...(exitCodes ? ['', `Exit codes: ${exitCodes}`] : []),
    ...(next ? ['', `Next: ${next}`] : []),
  ].join('\n');
}

function formatExample(line: string, what: string): readonly string[] {
  if (what === '') return [`  ${line}`];
  if (line.length <= EXAMPLE_WIDTH && what.length <= 40) return [`  ${line.padEnd(EXAMPLE_WIDTH)}  ${what}`];
  return [`  ${line}`, `      ${what}`];
}
