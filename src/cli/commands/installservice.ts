import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exists } from '../files.ts';
import { type UnitOptions, unitFile } from '../service/unit.ts';

const exec = promisify(execFile);

interface Flags {
  readonly dataDir?: string;
  readonly runAs?: string;
  readonly print?: boolean;
}

const NAME = 'pilotage.service';

export function installServiceCommand(context: CliContext): Command {
  return new Command('install-service')
    .description('start Pilotage at boot: a systemd unit, of the machine for root, else of the user')
    .option('--data-dir <dir>', `where everything is kept (default: ${context.surroundings.dataDir})`)
    .option('--run-as <user>', 'root only: a user without the right to run each pod as another user')
    .option('--print', 'print the unit, and install nothing')
    .argument('[up-options...]', 'for `pilotage up`, behind --: -- --http 127.0.0.1:7080')
    .action(async (upOptions: readonly string[], flags: Flags) => {
      const plan = planOf(context, upOptions, flags);
      if (flags.print) return print(context, unitFile(plan.unit).trimEnd());
      if (!(await hasSystemd())) throw withoutSystemd(context);
      await mkdir(dirname(plan.path), { recursive: true });
      await writeFile(plan.path, unitFile(plan.unit), { mode: 0o644 });
      await systemctl(plan.unit.scope, 'daemon-reload');
      await systemctl(plan.unit.scope, 'enable', '--now', NAME);
      print(context, `Pilotage starts at boot, and runs now: ${plan.path}`);
      for (const line of plan.notes) print(context, `  ${line}`);
    });
}

interface Plan {
  readonly unit: UnitOptions;
  readonly path: string;
  /** What else a person should know. */
  readonly notes: readonly string[];
}

function planOf({ surroundings }: CliContext, upOptions: readonly string[], flags: Flags): Plan {
  const { entry, hostEnvironment, user } = surroundings;
  const system = user === 'root';
  if (flags.runAs && !system) {
    throw new ProblemError({
      reason: 'BadRequest',
      message: '--run-as needs root: the service manager of one user runs everything as that user.',
      remedy: 'Leave it out, or run this with sudo.',
    });
  }
  const dataDir = resolve(flags.dataDir ?? surroundings.dataDir);
  const command = [entry.execPath, ...entry.args, 'up', '--data-dir', dataDir, ...upOptions];
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '', LANG = 'C.UTF-8' } = hostEnvironment;
  const environment = { PATH, LANG, ...(flags.runAs ? {} : { HOME }) };
  const scope = system ? 'system' : 'user';
  const follow = `journalctl ${system ? '' : '--user '}-u pilotage -f`;
  return {
    unit: { command, scope, environment, ...(flags.runAs ? { user: flags.runAs } : {}) },
    path: system ? join('/etc/systemd/system', NAME) : join(HOME, '.config', 'systemd', 'user', NAME),
    notes: [
      `its log: ${follow}`,
      `it runs ${entry.args.at(-1)}: where that is a checkout, what you build there is what starts next`,
      ...(system ? [] : [`to start before you log in: loginctl enable-linger ${user}`]),
    ],
  };
}

/** sd_booted(3): this folder is there when systemd is the init of the machine. */
const hasSystemd = (): Promise<boolean> => exists('/run/systemd/system');

async function systemctl(scope: UnitOptions['scope'], ...args: readonly string[]): Promise<void> {
  const all = scope === 'user' ? ['--user', ...args] : args;
  await exec('systemctl', all).catch((cause: unknown) => {
    throw new ProblemError(
      {
        reason: 'ServiceFailed',
        message: `systemctl ${all.join(' ')} failed: ${String(cause)}`,
        remedy: 'systemctl status pilotage, and journalctl -u pilotage, say more.',
      },
      { cause },
    );
  });
}

const withoutSystemd = ({ surroundings }: CliContext): ProblemError =>
  new ProblemError({
    reason: 'NoSystemd',
    message: 'systemd does not run on this machine, so there is nothing to install a service into.',
    remedy: `Let your own supervisor run: ${[surroundings.entry.execPath, ...surroundings.entry.args].join(' ')} up (it ends by SIGTERM and leaves the pods running); --print shows the unit that systemd would get.`,
  });
