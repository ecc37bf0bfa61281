import { deepEqual } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { Node } from '../load/node.ts';
import { type Report, refuse } from '../load/report.ts';
import { objectName } from '../project.ts';
import { shaped } from './shape.ts';

export interface PodVolume {
  readonly name: string;
  readonly [source: string]: Json;
}

interface MountOf {
  readonly mountPath: string;
  readonly subPath?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly mountPropagation?: string | undefined;
}

/** A label of DNS, as names of volumes are. */
export const volumeName = (text: string): string => objectName(text) || 'volume';

/** The volumes of a pod, and where its container has them. */
export class PodVolumes {
  readonly mounts: JsonObject[] = [];
  readonly #volumes = new Map<string, PodVolume>();
  readonly #targets = new Set<string>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  get list(): readonly PodVolume[] {
    return [...this.#volumes.values()];
  }

  /** Mounts a volume; one with the same source is mounted once more, and another of its name gets a name of its own. */
  add(volume: PodVolume, mount: MountOf, at: Node): void {
    if (this.#targets.has(mount.mountPath)) {
      refuse(
        this.#report,
        at,
        'InvalidCompose',
        `${mount.mountPath} is mounted twice`,
        'Remove one of the two.',
      );
      return;
    }
    this.#targets.add(mount.mountPath);
    const own = this.#own(volume);
    this.#volumes.set(own.name, own);
    this.mounts.push(shaped({ name: own.name, ...mount, readOnly: mount.readOnly || undefined }));
  }

  #own(volume: PodVolume): PodVolume {
    const isFree = (one: PodVolume): boolean => {
      const known = this.#volumes.get(one.name);
      return known === undefined || deepEqual(known, one);
    };
    let own = volume;
    for (let i = 2; !isFree(own); i++) own = { ...volume, name: `${volume.name.slice(0, 58)}-${i}` };
    return own;
  }
}
