import { Command } from 'commander';
import type { GrantReport, RoleReport } from '../../model/identityfaces.ts';
import { clientCommand, collect, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { describeGrant } from '../output/grants.ts';
import { formatTable } from '../output/table.ts';

interface GrantFlags extends Omit<OutputOptions, 'user'> {
  readonly user: readonly string[];
  readonly group: readonly string[];
  readonly delivery: readonly string[];
  readonly environment: readonly string[];
}

/** `--user` names who is given the role, not who asks. */
const daemonOf = (context: CliContext, { user: _, ...flags }: GrantFlags) => face(context, flags);

export function roleCommand(context: CliContext): Command {
  const command = new Command('role').description('who may do what, for which deliveries and environments');
  command.addCommand(
    clientCommand('list')
      .alias('ls')
      .description('the roles that there are, and what each may')
      .action(async (flags: OutputOptions) => {
        const roles = await (await face(context, flags)).get<readonly RoleReport[]>('/api/v1/roles');
        if (flags.output === 'json') return printJson(context, roles);
        print(context, formatTable(['ROLE', 'DELIVERIES', 'ENVIRONMENTS', 'KUBERNETES'], roles.map(row)));
      }),
  );
  command.addCommand(
    clientCommand('grants')
      .description('who has which role where; for administrators of everybody')
      .action(async (flags: OutputOptions) => {
        const grants = await (await face(context, flags)).get<readonly GrantReport[]>('/api/v1/grants');
        if (flags.output === 'json') return printJson(context, grants);
        print(context, formatTable(['GRANT', 'WHO', 'WHAT'], grants.map(grantRow)));
      }),
  );
  command.addCommand(
    clientCommand('grant')
      .description('give somebody a role')
      .argument('<role>', 'viewer, developer, deployer, approver, admin, or an own one')
      .option('--user <name>', 'repeatable', collect, [])
      .option('--group <name>', 'repeatable', collect, [])
      .option('--delivery <name>', 'in this delivery only; repeatable', collect, [])
      .option('--environment <name>', 'in environments of this name only; repeatable', collect, [])
      .action(async (role: string, flags: GrantFlags) => {
        const { user: users, group: groups, delivery, environment } = flags;
        const grant = await (await daemonOf(context, flags)).post<GrantReport>('/api/v1/grants', {
          role,
          users,
          groups,
          ...(delivery.length > 0 ? { deliveries: delivery } : {}),
          ...(environment.length > 0 ? { environments: environment } : {}),
        });
        if (flags.output === 'json') return printJson(context, grant);
        print(context, `${[...users, ...groups].join(', ')}: ${describeGrant(grant)}`);
      }),
  );
  command.addCommand(
    clientCommand('revoke')
      .description('take a grant away')
      .argument('<grant>', 'as `pilotage role grants` names it')
      .action(async (name: string, flags: OutputOptions) => {
        const path = `/api/v1/grants/${encodeURIComponent(name)}/revoke`;
        print(context, (await (await face(context, flags)).post<{ message: string }>(path, {})).message);
      }),
  );
  return command;
}

const row = ({ name, deliveries, environments, clusterRole, administers }: RoleReport): string[] => [
  name,
  [...deliveries, ...(administers ? ['(users)'] : [])].join(',') || '-',
  environments.join(',') || '-',
  clusterRole ?? '-',
];

const grantRow = (grant: GrantReport): string[] => [
  grant.name,
  grant.subjects.map(({ kind, name }) => (kind === 'Group' ? `group ${name}` : name)).join(', '),
  describeGrant(grant),
];
