import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { unpackChart } from '../../charts/helm/archive.ts';
import type { HelmFile } from '../../charts/helm/files.ts';
import { readMetadata } from '../../charts/helm/metadata.ts';
import { readVerifyKey, verifySignature } from '../../charts/registry/cosign.ts';
import { isOci, parseReference } from '../../charts/registry/reference.ts';
import type { ChartFetcher, FetchedChart } from '../../charts/remote/fetcher.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { type FetchFlags, fetcherOf, withFetchOptions } from '../charts/fetching.ts';
import { fetchNamed } from '../charts/named.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { Keyboard } from '../password.ts';

interface PullFlags extends FetchFlags {
  readonly repo?: string;
  readonly version?: string;
  readonly destination: string;
  readonly untar?: boolean;
  readonly prov?: boolean;
  readonly verifyKey?: string;
}

export function chartPullCommand(context: CliContext, keyboard: Keyboard): Command {
  const command = new Command('pull')
    .description('fetch a chart from a registry or a repository')
    .argument('<chart>', 'oci://HOST/REPOSITORY[:VERSION][@sha256:…], or a name with --repo')
    .option('--repo <url>', 'the chart repository that the name is of')
    .option('--version <range>', 'a version, or a range such as ^1.2 (default: the newest)')
    .option('--destination <folder>', 'where it is written', '.')
    .option('--untar', 'write its files and not the archive')
    .option('--verify-key <file>', 'write it only if this public key of cosign has signed it (PEM)')
    .option('--prov', 'write its provenance file, too; an error where it has none');
  return withFetchOptions(command).action(async (chart: string, flags: PullFlags) => {
    const { repo, version } = flags;
    const fetcher = fetcherOf(context, keyboard, flags);
    const named = { chart, ...(repo ? { repo } : {}), ...(version ? { version } : {}) };
    const fetched = await fetchNamed(fetcher, named, context.surroundings.fullEnvironment);
    if (flags.verifyKey) await verify(fetcher, chart, fetched, flags.verifyKey);
    await write(context, chart, fetched, flags);
  });
}

/** @throws ProblemError unless it is signed */
async function verify(
  fetcher: ChartFetcher,
  chart: string,
  { manifest }: FetchedChart,
  file: string,
): Promise<void> {
  const key = readVerifyKey(readFileSync(file, 'utf8'), file);
  if (!isOci(chart) || !manifest)
    throw new ProblemError({
      reason: 'SignatureMissing',
      message: `${chart} is of no registry, where signatures of cosign lie beside charts`,
      remedy: 'Leave out --verify-key, or name the chart by oci://.',
    });
  const reference = parseReference(chart);
  await verifySignature(fetcher.registry(reference), reference, manifest, key);
}

async function write(
  context: CliContext,
  chart: string,
  fetched: FetchedChart,
  flags: PullFlags,
): Promise<void> {
  const { archive, manifest, digest, provenance } = fetched;
  // Read before it is written: what is no chart, or leads out of one, leaves nothing behind.
  const files = unpackChart(archive, chart);
  const { name, version } = metadataOf(files, chart);
  if (flags.prov && !provenance) throw noProvenance(chart);
  const folder = resolve(flags.destination);
  await mkdir(folder, { recursive: true });
  if (flags.untar) await writeFolder(join(folder, name), files);
  else await writeWhole(join(folder, `${name}-${version}.tgz`), archive);
  if (flags.prov && provenance) await writeWhole(join(folder, `${name}-${version}.tgz.prov`), provenance);
  const where = flags.untar ? `${name}/` : `${name}-${version}.tgz`;
  print(context, `Pulled ${name} ${version} to ${join(flags.destination, where)}.`);
  print(context, `  digest: ${manifest ?? digest}`);
}

function metadataOf(files: readonly HelmFile[], chart: string): { name: string; version: string } {
  const file = files.find(({ name }) => name === 'Chart.yaml');
  const metadata = file && readMetadata(file, goDialect);
  const isNamed =
    /^[\w][\w.-]*$/.test(metadata?.name ?? '') && /^[\w][\w.+-]*$/.test(metadata?.version ?? '');
  if (metadata && isNamed) return metadata;
  throw new ProblemError({
    reason: 'InvalidChart',
    message: `${chart} holds no Chart.yaml with a name and a version that a file can have`,
    remedy: 'Nothing was written. Tell its publisher.',
  });
}

/** Whole, or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, bytes);
  await rename(draft, path);
}

async function writeFolder(folder: string, files: readonly HelmFile[]): Promise<void> {
  if (existsSync(folder))
    throw new ProblemError({
      reason: 'AlreadyExists',
      message: `${folder} exists already; nothing was written.`,
      remedy: 'Remove it, or name another folder: --destination FOLDER.',
    });
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  try {
    for (const { name, bytes } of files) {
      await mkdir(dirname(join(draft, name)), { recursive: true });
      await writeFile(join(draft, name), bytes);
    }
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const noProvenance = (chart: string): ProblemError =>
  new ProblemError({
    reason: 'ProvenanceMissing',
    message: `${chart} has no provenance file`,
    remedy: 'Its publisher makes one by helm package --sign. Leave out --prov.',
  });
