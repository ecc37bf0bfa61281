/** What a backup holds, and where: the one list for `backup`, `restore` and the daemon. */

/** Files and folders of the data directory that a backup takes as they are. */
export const COPIED = ['instance.json', 'ports.json', 'images', 'bundles'] as const;
/** And those that it seals. */
export const SEALED = ['token.json', 'pki'] as const;
/** What a sealed file is called in a backup: its path, and this. */
export const SEALED_SUFFIX = '.sealed';
/** Of a data directory: the key that seals Secrets in the store, and what is secret in a backup. */
export const SECRETS_KEY = 'pki/secrets.key';
/** The same in a backup that holds it. */
export const KEY = 'secrets.key';
/** Hosted repositories of the data directory; in a backup a git bundle each, and who pushed to it. */
export const REPOSITORIES = 'git';
/** Of a hosted repository: who pushed what (`git/store/pushlog.ts`), which no bundle holds. In a backup after the repository's name. */
export const PUSHES = 'pushes.jsonl';
/** In a backup, sealed: every object of the cluster at one revision, gzipped lines of JSON. */
export const OBJECTS = 'objects.jsonl.gz';
/** In a data directory: the same, not zipped, for the first start after a restore. */
export const TO_RESTORE = 'restore.jsonl';
export const MANIFEST = 'manifest.json';

export interface BackupManifest {
  /** 1: of an older version, which sealed nothing. */
  readonly format: 1 | 2;
  /** Format 2: names the key that opens it, and the salt with which the key of its files is derived from that, base64. */
  readonly sealed?: { readonly key: string; readonly salt: string };
  /** RFC 3339. */
  readonly at: string;
  /** Of Pilotage. */
  readonly version: string;
  /** Hosted repositories, with the branch that HEAD names; `empty` ones have no bundle. */
  readonly repositories: readonly { readonly name: string; readonly head: string; readonly empty: boolean }[];
  /** Path in the backup → sha256 of its content, for everything but the manifest. */
  readonly files: Readonly<Record<string, string>>;
}
