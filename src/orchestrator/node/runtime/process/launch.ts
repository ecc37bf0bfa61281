import { statSync } from 'node:fs';
import type { StartFault } from '../runtime.ts';
import type { ContainerSpec, ImageRef, Sandbox } from '../spec.ts';
import { messageFile } from '../terminationmessage.ts';
import type { ProgramSpec } from './attemptrecord.ts';
import type { Argv } from './confinement/command.ts';
import { openTo, openToAll, type PodConfinement } from './confinement/pods.ts';
import type { ImageStore } from './images/store.ts';
import { keptMounts } from './keptmounts.ts';
import { showMounts } from './mounts.ts';
import { podDir, rootDir } from './poddirs.ts';
import { findProgram } from './program.ts';
import { inTerminal } from './terminal.ts';
import { workingDirectory } from './workingdirectory.ts';

export interface LaunchOptions {
  /** The directory of all pods. */
  readonly root: string;
  readonly images: Pick<ImageStore, 'directoryOf'>;
  readonly confinement: PodConfinement;
  /** The directory below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string | undefined;
}

export type Launch = { readonly ok: true; readonly program: ProgramSpec } | StartFault;

const fault = (reason: StartFault['reason'], message: string): StartFault => ({
  ok: false,
  reason,
  message,
});

/** From a container to the program of this machine that stands for it: its files are put in place, its program is found. */
export function launch(spec: ContainerSpec, sandbox: Sandbox, options: LaunchOptions): Launch {
  const { ref, env, image } = spec;
  const root = rootDir(options.root, ref.pod, ref.container);
  const directory = image.digest === '' ? undefined : options.images.directoryOf(image.digest);
  const unshown = showMounts(root, spec.mounts);
  if (unshown) return fault('CreateContainerConfigError', unshown);
  const { keptVolumes } = options;
  const kept = keptMounts(spec.mounts, { volumesDir: sandbox.volumesDir, keptVolumes });
  if (!kept.ok) return fault('CreateContainerConfigError', kept.message);
  const message =
    spec.terminationMessagePath === undefined ? undefined : messageFile(root, spec.terminationMessagePath);
  openFiles(root, sandbox, options);
  const cwd = workingDirectory(spec, { root, ...(directory === undefined ? {} : { image: directory }) });
  if (!isDirectory(cwd)) return fault('CreateContainerError', unfound(spec.workingDir, image, cwd));
  const [name, ...args] = [...spec.command, ...spec.args];
  if (name === undefined) return fault('RunContainerError', noCommand(ref.container, image));
  const program = findProgram(name, cwd, env.PATH);
  if (!program.ok) return fault('RunContainerError', program.message);
  const plain: Argv = [program.path, ...args];
  const run = spec.tty ? inTerminal(plain, cwd, env) : ({ ok: true, argv: plain } as const);
  if (!run.ok) return fault('RunContainerError', run.message);
  // A terminal whose other end is closed would end the program.
  const mode = spec.input ?? (spec.tty ? 'open' : undefined);
  return {
    ok: true,
    program: {
      argv: run.argv,
      resources: spec.resources,
      ...(mode ? { input: mode } : {}),
      ...(spec.tty ? { tty: true } : {}),
      ...(message === undefined ? {} : { messageFile: message }),
      env,
      cwd,
      image,
      sandbox: options.confinement.sandbox(sandbox.namespace, {
        readOnly: [...(directory === undefined ? [] : [directory]), ...kept.readOnly],
        writable: [root, sandbox.volumesDir, ...kept.writable],
      }),
    },
  };
}

/** Last: what has been written stays the agent's, so nothing that a program does leads the next start elsewhere. */
function openFiles(root: string, { pod, fileOwner }: Sandbox, options: LaunchOptions): void {
  if (typeof fileOwner !== 'number') return;
  openToAll(root);
  openTo(fileOwner, podDir(options.root, pod));
}

const unfound = (workingDir: string | undefined, image: ImageRef, cwd: string): string =>
  `workingDir "${workingDir}" does not exist in image "${image.reference}" (${cwd})`;

const noCommand = (container: string, { reference }: ImageRef): string =>
  `container "${container}" names no command, and image "${reference}" has none of its own: say \`command:\``;

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
