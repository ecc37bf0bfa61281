import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { unpackChart } from '../../charts/helm/archive.ts';
import { metadataJson } from '../../charts/helm/gojson.ts';
import { checkMetadata, type HelmMetadata, readMetadata } from '../../charts/helm/metadata.ts';
import { packChart } from '../../charts/package.ts';
import { annotationsOf } from '../../charts/registry/annotations.ts';
import { pushChart } from '../../charts/registry/chart.ts';
import { isOci, referenceText, tagOf } from '../../charts/registry/reference.ts';
import { referenceOf } from '../../charts/remote/fetcher.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import { type FetchFlags, fetcherOf } from '../charts/fetching.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { readChartFolder } from '../init/chartfolder.ts';
import type { Keyboard } from '../password.ts';

type PushFlags = Pick<FetchFlags, 'plainHttp' | 'caFile' | 'username'>;

export function chartPushCommand(context: CliContext, keyboard: Keyboard): Command {
  return new Command('push')
    .description('give a chart to a registry, with the provenance file that lies beside its archive')
    .argument('<chart>', 'web-1.2.3.tgz, or a folder, which is packed first')
    .argument('<registry>', 'oci://HOST/FOLDER; the name of the chart and its version are added')
    .option('--username <name>', 'of the registry; its password is asked for, or read from standard input')
    .option('--plain-http', 'speak to the registry without TLS')
    .option('--ca-file <file>', 'certificate of the authority of the registry, PEM')
    .action(async (file: string, registry: string, flags: PushFlags) => {
      if (!isOci(registry)) throw notRegistry(registry);
      const archive = readArchive(file);
      const metadata = metadataOf(archive, file);
      const reference = {
        ...referenceOf({ repository: registry, name: metadata.name }),
        tag: tagOf(metadata.version),
      };
      const created = `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`;
      const signed = `${file}.prov`;
      const digest = await pushChart(fetcherOf(context, keyboard, flags).registry(reference), reference, {
        archive,
        config: metadataJson(metadata, goDialect),
        annotations: annotationsOf(metadata, created),
        ...(existsSync(signed) ? { provenance: readFileSync(signed) } : {}),
      });
      print(context, `Pushed ${referenceText(reference)}.`);
      print(context, `  digest: ${digest}`);
    });
}

function readArchive(file: string): Uint8Array {
  try {
    if (statSync(file).isDirectory())
      return unwrap(packChart(readChartFolder(resolve(file)), '', {}, goDialect)).bytes;
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError(
      {
        reason: 'NotFound',
        message: `There is no chart at ${file}`,
        remedy: 'Name a packed chart, or the folder of one.',
      },
      { cause },
    );
  }
}

function metadataOf(archive: Uint8Array, file: string): HelmMetadata {
  const found = unpackChart(archive, basename(file)).find(({ name }) => name === 'Chart.yaml');
  if (!found) throw new ProblemError({ reason: 'InvalidChart', message: `${file} holds no Chart.yaml` });
  const metadata = readMetadata(found, goDialect);
  checkMetadata(metadata, found, goDialect);
  return metadata;
}

const notRegistry = (text: string): ProblemError =>
  new ProblemError({
    reason: 'BadRequest',
    message: `${JSON.stringify(text)} is no registry`,
    remedy:
      'Write oci://HOST/FOLDER. An index.yaml is a file that a web server has: helm repo index makes it.',
  });
