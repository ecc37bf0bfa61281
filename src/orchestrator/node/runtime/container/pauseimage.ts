import { TAR_END, tarEntry } from '../../../../base/tar.ts';
import type { Engine } from './engine/engine.ts';
import { ENTER_PROGRAMS, PAUSE_PROGRAMS } from './pauseimage.data.ts';

const REPOSITORY = 'localhost/pilotage/pause';
/** Raised when the program or its place changes. */
const TAG = '3';
export const PAUSE_COMMAND = '/pause';
/** Makes a range of addresses its container's own, by the file `route` in `RELAY_PLACE`, and becomes the program that its arguments name. */
export const ENTER_COMMAND = '/enter';
export const RELAY_PLACE = '/run/pilotage';

/**
 * The image of the containers that hold the networks of pods, and of the relay in them, made on the spot where it is missing: a node may have no way to a registry.
 * Returns its name. Rejects on an architecture without a program, and when the engine does.
 */
export async function ensurePauseImage(engine: Engine, arch: string): Promise<string> {
  const name = `${REPOSITORY}:${TAG}`;
  if (await engine.image(name)) return name;
  await engine.importImage(pauseArchive(arch), REPOSITORY, TAG);
  return name;
}

/** @throws where there is no program for the architecture (of `os.arch()`) */
export function pauseArchive(arch: string): Buffer {
  const programs = [
    { name: PAUSE_COMMAND.slice(1), hex: PAUSE_PROGRAMS[arch] },
    { name: ENTER_COMMAND.slice(1), hex: ENTER_PROGRAMS[arch] },
  ];
  const entries = programs.flatMap(({ name, hex }) => {
    if (hex === undefined) throw new Error(`pods of containers are not supported on ${arch}`);
    const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex');
    return tarEntry({ type: 'file', path: name, mode: 0o555, bytes });
  });
  return Buffer.concat([...entries, TAR_END]);
}
