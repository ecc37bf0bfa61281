import { ProblemError } from '../../base/errors.ts';
import type { Dialect } from '../helm/dialect.ts';
import { readYaml } from '../helm/metadata.ts';
import { type HelmMap, type HelmValue, isTable } from '../helm/values.ts';
import { type Digest, isDigest } from '../web/digest.ts';

/** A version of a chart, as index.yaml tells it. */
export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  /** Of the archive; older indexes say none. */
  readonly digest?: Digest;
  /** Absolute, or relative to the repository. */
  readonly urls: readonly string[];
}

/** By the names of charts, as they stand there. */
export type ChartIndex = ReadonlyMap<string, readonly IndexEntry[]>;

/**
 * Reads an index.yaml (pkg/repo/v1/index.go), which may be JSON. Entries without a name, a version or an address are passed over, as Helm does.
 * @throws ProblemError NotAnIndex: the page of a portal, an error in prose
 */
export function readIndex(bytes: Uint8Array, url: string, dialect: Dialect): ChartIndex {
  const text = Buffer.from(bytes).toString('utf8');
  if (/^\s*</.test(text)) throw notAnIndex(url, 'a page of HTML');
  const value = parsedIndex(text, url, dialect);
  const entries = isTable(value) ? value.get('entries') : undefined;
  if (!isTable(entries)) throw notAnIndex(url, 'no list of charts');
  return new Map(
    Array.from(entries, ([name, versions]) => [
      name,
      (Array.isArray(versions) ? versions : []).flatMap((one) => (isTable(one) ? entryOf(name, one) : [])),
    ]),
  );
}

function parsedIndex(text: string, url: string, dialect: Dialect): HelmValue {
  try {
    return readYaml(text, url, dialect);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw notAnIndex(url, `not valid YAML (${error.problem.message})`);
  }
}

function entryOf(name: string, entry: HelmMap): IndexEntry | [] {
  const text = (key: string): string => {
    const value = entry.get(key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const listed = entry.get('urls');
  const urls = Array.isArray(listed) ? listed.filter((one): one is string => typeof one === 'string') : [];
  const version = text('version');
  if (version === '' || urls.length === 0) return [];
  const digest = text('digest')
    .replace(/^(sha256:)?/, 'sha256:')
    .toLowerCase();
  return {
    name,
    version,
    appVersion: text('appVersion'),
    description: text('description'),
    isDeprecated: entry.get('deprecated') === true,
    ...(isDigest(digest) ? { digest } : {}),
    urls,
  };
}

const notAnIndex = (url: string, what: string): ProblemError =>
  new ProblemError({
    reason: 'NotAnIndex',
    message: `${url} is no index of charts: it holds ${what}`,
    remedy: 'Name the address whose /index.yaml lists the charts; a registry is named by oci://.',
  });
