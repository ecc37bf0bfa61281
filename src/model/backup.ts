/** What a backup holds, and where: the one list for `backup`, `restore` and the daemon. */

/** Files and folders of the data directory that a backup takes as they are. */
export const COPIED = ['instance.json', 'ports.json', 'token.json', 'pki', 'images', 'bundles'] as const;
/** Hosted repositories of the data directory; in a backup a git bundle each. */
export const REPOSITORIES = 'git';
/** In a backup: every object of the cluster at one revision, gzipped lines of JSON. */
export const OBJECTS = 'objects.jsonl.gz';
/** In a data directory: the same, not zipped, for the first start after a restore. */
export const TO_RESTORE = 'restore.jsonl';
export const MANIFEST = 'manifest.json';

export interface BackupManifest {
  readonly format: 1;
  /** RFC 3339. */
  readonly at: string;
  /** Of Pilotage. */
  readonly version: string;
  /** Hosted repositories, with the branch that HEAD names; `empty` ones have no bundle. */
  readonly repositories: readonly { readonly name: string; readonly head: string; readonly empty: boolean }[];
  /** Path in the backup → sha256 of its content, for everything but the manifest. */
  readonly files: Readonly<Record<string, string>>;
}
