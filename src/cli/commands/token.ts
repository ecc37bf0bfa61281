import { Command } from 'commander';
import type { NewToken, TokenReport } from '../../model/identityfaces.ts';
import { clientCommand, collect, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { parseDays } from '../output/days.ts';
import { formatTable } from '../output/table.ts';

interface CreateFlags extends OutputOptions {
  readonly owner?: string;
  readonly robot?: boolean;
  readonly delivery: readonly string[];
  readonly environment: readonly string[];
  readonly verb: readonly string[];
  readonly expires?: number;
  readonly description?: string;
}

export function tokenCommand(context: CliContext): Command {
  const command = new Command('token').description('keys for programs: personal ones, and robots');
  command.addCommand(
    clientCommand('create')
      .description('make a token; it is shown once')
      .argument('<name>', 'laptop, ci')
      .option('--owner <user>', 'whose it is (default: yours)')
      .option('--robot', 'of a program: it is recorded as robot:OWNER.NAME, and approves nothing')
      .option('--delivery <name>', 'for this delivery only; repeatable', collect, [])
      .option('--environment <name>', 'for environments of this name only; repeatable', collect, [])
      .option('--verb <verb>', 'for this only: get, pull, push, promote …; repeatable', collect, [])
      .option('--expires <time>', 'after 12h, 30d … (default: 90d)', parseDays, 90 * 86_400)
      .option('--description <text>')
      .action(async (name: string, flags: CreateFlags) => {
        const { owner, description, expires: seconds, delivery, environment, verb } = flags;
        const token = await (await face(context, flags)).post<NewToken>('/api/v1/tokens', {
          name,
          robot: flags.robot === true,
          seconds,
          ...(owner ? { owner } : {}),
          ...(description ? { description } : {}),
          ...(delivery.length > 0 ? { deliveries: delivery } : {}),
          ...(environment.length > 0 ? { environments: environment } : {}),
          ...(verb.length > 0 ? { verbs: verb } : {}),
        });
        if (flags.output === 'json') return printJson(context, token);
        context.stderr.write(
          `The token ${token.name}, shown this once (until ${token.expiresAt ?? 'it is revoked'}):\n`,
        );
        print(context, token.token);
      }),
  );
  command.addCommand(
    clientCommand('list')
      .alias('ls')
      .description('your tokens; all of them for administrators')
      .action(async (flags: OutputOptions) => {
        const tokens = await (await face(context, flags)).get<readonly TokenReport[]>('/api/v1/tokens');
        if (flags.output === 'json') return printJson(context, tokens);
        print(context, formatTable(['NAME', 'TYPE', 'FOR', 'EXPIRES', 'LAST USED'], tokens.map(row)));
      }),
  );
  command.addCommand(
    clientCommand('revoke')
      .description('refuse a token from now on')
      .argument('<name>', 'as the list has it: ada.laptop')
      .action(async (name: string, flags: OutputOptions) => {
        const path = `/api/v1/tokens/${encodeURIComponent(name)}/revoke`;
        print(context, (await (await face(context, flags)).post<{ message: string }>(path, {})).message);
      }),
  );
  return command;
}

const row = ({ name, type, deliveries, environments, verbs, expiresAt, lastUsed }: TokenReport): string[] => [
  name,
  type,
  [deliveries, environments, verbs].map((list) => list?.join(',') ?? '*').join(' / '),
  expiresAt ?? 'never',
  lastUsed ?? 'never',
];
