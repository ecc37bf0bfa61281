import { HOSTNAME_LABEL } from '../nodes/words.ts';
import type { PersistentVolume } from '../objects.data.ts';
import { PROVISIONED_BY } from './annotations.ts';

/** Volumes that are directories of nodes: what the provisioner, which makes the objects, and the agents, which have the directories, agree on. */

export const LOCAL_PATH_PROVISIONER = 'pilotage.dev/local-path';
/** The name of the class that every cluster has. */
export const LOCAL_PATH_CLASS = 'local-path';
/** Of a Node: absolute path of the directory below which its agent keeps volumes, each by the name of its PersistentVolume. */
export const LOCAL_PATH_ROOT = 'pilotage.dev/local-path-root';
/** Of a volume that goes with its claim: its directory is there. The agent of its node takes it off. */
export const LOCAL_PATH_FINALIZER = 'pilotage.dev/local-path';

export const isLocalPath = ({ metadata }: PersistentVolume): boolean =>
  metadata.annotations?.[PROVISIONED_BY] === LOCAL_PATH_PROVISIONER;

/** The node that a volume of the provisioner is on, by its affinity. */
export function nodeOfVolume({ spec }: PersistentVolume): string | undefined {
  const [term] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const [requirement] = term?.matchExpressions ?? [];
  return requirement?.key === HOSTNAME_LABEL ? requirement.values?.[0] : undefined;
}

/** The volume without the mark of its directory. */
export const withoutDirectory = (volume: PersistentVolume): PersistentVolume => {
  const finalizers = (volume.metadata.finalizers ?? []).filter((one) => one !== LOCAL_PATH_FINALIZER);
  return { ...volume, metadata: { ...volume.metadata, finalizers } };
};
