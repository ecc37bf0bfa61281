import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { type Existing, starterFiles } from '../../charts/starter.ts';
import type { Starter } from '../../charts/starters.ts';
import type { DaemonFile } from '../../model/daemonfile.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDaemon } from '../daemon/face.ts';
import { guessDockerfile } from '../init/dockerfile.ts';
import { existingIn } from '../init/existing.ts';
import { findings } from '../init/findings.ts';
import { readFolder } from '../init/foldertree.ts';
import { guessBranch, guessProgram } from '../init/guess.ts';
import { readStarter, starterOption } from '../init/starters.ts';
import { accessTo, configureGit } from './gitcredential.ts';

interface InitOptions {
  readonly name?: string;
  readonly app: string;
  readonly build?: string;
  readonly command?: string;
  readonly port?: number;
  readonly starter?: Starter;
}

export function initCommand(context: CliContext): Command {
  return new Command('init')
    .description('write pilotage.yaml and a starter chart into a repository; nothing that exists is touched')
    .argument('[folder]', 'the repository', '.')
    .option('--name <name>', "of the delivery (default: the folder's)")
    .option('--app <folder>', 'where the program is', '.')
    .option(
      '--build <command>',
      'how it is built, as in "npm ci --omit=dev" (default: as package.json needs it)',
    )
    .option(
      '--command <line>',
      'how it is started, as in "node server.js" (default: the start of package.json)',
    )
    .option('--port <number>', 'where it listens, passed to it as PORT (default: 8080)', parsePort)
    .addOption(starterOption())
    .action((folder: string, options: InitOptions) => init(context, resolve(folder), options));
}

async function init(context: CliContext, root: string, options: InitOptions): Promise<void> {
  if (!existsSync(join(root, options.app))) {
    throw new ProblemError({
      reason: 'NotFound',
      message: `There is no folder ${join(root, options.app)}.`,
      remedy: 'Run it in your repository, or name its folder: pilotage init FOLDER.',
    });
  }
  const read = (file: string) => readIfThere(join(root, options.app, file));
  const guess = guessProgram(read);
  const container =
    options.build || options.command
      ? undefined
      : guessDockerfile(read, {
          hasEngine: context.surroundings.engineSockets.some((path) => existsSync(path)),
          isProcess: guess.command !== undefined,
        });
  const branch = guessBranch((file) => readIfThere(join(root, file))) ?? 'main';
  const command = container ? undefined : (options.command?.trim().split(/\s+/) ?? guess.command);
  const build = options.build ?? guess.build;
  const port = options.port ?? container?.port;
  const made = container ? { dockerfile: container.dockerfile } : build ? { build } : {};
  const name = options.name ?? nameOf(root);
  const tree = treeOf(root);
  const existing = existingIn(tree);
  if (existing && options.starter) throw notStarted(root);
  const isCompose = existing?.type === 'compose';
  const all = starterFiles(readStarter(context.surroundings.packageDir, options.starter ?? 'web'), {
    name,
    branch,
    ...(isCompose ? {} : { image: { path: options.app, ...made } }),
    ...(command ? { command } : {}),
    ...(port ? { port } : {}),
    ...(container?.isRoot ? { rootedBy: container.dockerfile } : {}),
    ...(existing ? { existing } : {}),
  });
  const files = withoutValuesThere(all, existing, root);
  refuseToOverwrite(Object.keys(files), root);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
    print(context, `  wrote ${file}`);
  }
  const isBuilt = container !== undefined && resolve(root, options.app) === root;
  for (const line of findings((file) => readIfThere(join(root, file)), tree, isBuilt))
    print(context, `  saw ${line}`);
  print(
    context,
    `  ${existing ? deliversLine(existing, options.app) : startLine(files['chart/values.yaml'] ?? '', command, container?.dockerfile)}`,
  );
  await sayWhatComesNext(context, { root, name, branch });
}

/** Values files of one's own stay. */
function withoutValuesThere(
  files: Readonly<Record<string, string>>,
  existing: Existing | undefined,
  root: string,
) {
  if (existing === undefined) return files;
  return Object.fromEntries(
    Object.entries(files).filter(([file]) => file === PILOTAGE_FILE || !existsSync(join(root, file))),
  );
}

function refuseToOverwrite(files: readonly string[], root: string): void {
  const existing = files.filter((file) => existsSync(join(root, file)));
  if (existing.length === 0) return;
  throw new ProblemError({
    reason: 'AlreadyExists',
    message: `${root} has ${existing.join(', ')} already; nothing was written.`,
    remedy: existing.includes(PILOTAGE_FILE)
      ? 'It is ready to be pushed: edit what is there, and see what it makes with `pilotage render`.'
      : 'Edit what is there, or move it away first.',
  });
}

const notStarted = (root: string): ProblemError =>
  new ProblemError({
    reason: 'AlreadyExists',
    message: `${root} holds what can be delivered as it is; nothing was written.`,
    remedy: 'Leave --starter out, or make a further chart: pilotage chart create NAME --starter STARTER.',
  });

/** What is delivered as it is, and how it names the image of the program. */
function deliversLine(existing: Existing, app: string): string {
  if (existing.type === 'compose')
    return 'values/ENVIRONMENT.yaml sets the variables of the compose file in an environment';
  const image = `\`image: web\` in them is folder ${app}`;
  if (existing.type === 'manifests')
    return `delivers the manifests of ${existing.path || 'this folder'} as they are; ${image}`;
  if (existing.type === 'overlays')
    return `delivers ${existing.overlays.map(({ name, path }) => `${path} to ${name}`).join(', ')}; ${image}`;
  const { charts } = existing;
  const folders = charts.map(({ path }) => (path === '' ? 'this chart' : `${path}/`)).join(', ');
  const named = charts.some(({ isHelm }) => isHelm)
    ? `with \`image: {repository: web, tag: ""}\` in its values, its image is folder ${app}`
    : `{{image "web"}} in its templates is folder ${app}`;
  return `delivers ${folders} as it is; ${named}`;
}

/** How the program of the starter chart is started, or who says so. */
function startLine(
  values: string,
  command: readonly string[] | undefined,
  dockerfile: string | undefined,
): string {
  if (!/^command:/m.test(values)) return 'starts with what the chart brings; chart/values.yaml says how';
  if (dockerfile !== undefined)
    return `starts as ${dockerfile} says, in a container; --command LINE starts it as a process instead`;
  return command
    ? `starts with \`${command.join(' ')}\`; change it in chart/values.yaml`
    : 'missing: how the program is started. Say it in chart/values.yaml: command: [PROGRAM, ARGUMENT]';
}

async function sayWhatComesNext(
  context: CliContext,
  made: {
    readonly root: string;
    readonly name: string;
    readonly branch: string;
  },
): Promise<void> {
  const daemon = await findDaemon(context.surroundings.dataDir).catch(() => undefined);
  const git = daemon?.git;
  const isKnown = daemon !== undefined && (await knowsToken(context, daemon, made.root));
  const steps = [
    'pilotage render                 # what it makes, before anybody else sees it',
    'git add . && git commit -m "Deliver with Pilotage"',
    ...(git ? [] : ['pilotage up                     # in another terminal; it prints the URL']),
    ...(isKnown ? [] : ['pilotage git-credential setup   # once: git asks Pilotage for the token']),
    `git push ${git ?? 'URL'}/${made.name}.git ${made.branch}`,
  ];
  print(context, '  next:');
  for (const step of steps) print(context, `    ${step}`);
}

/** Configures the git of this folder, where it is a repository; otherwise the next steps name `git-credential setup`. */
const knowsToken = ({ surroundings }: CliContext, daemon: DaemonFile, root: string): Promise<boolean> =>
  configureGit(surroundings, accessTo(daemon, surroundings.dataDir), ['--local'], root).then(
    () => true,
    () => false,
  );

const nameOf = (root: string): string =>
  basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'app';

/** A repository that is too large to walk has an empty tree: only files at known paths are found. */
function treeOf(root: string): FileTree {
  try {
    return readFolder(root);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { paths: [], read: () => undefined, digest: () => undefined };
  }
}

const readIfThere = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It must be a port: 1 to 65535.');
  return port;
}
