import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { newRules, SOPS_FILE } from '../../render/sops/creationrules.ts';
import { recipientOf } from '../../render/sops/identities.ts';
import { clientCommand, face, type OutputOptions, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { edit } from '../secrets/editor.ts';
import { ensureIdentity, keyFile, ownIdentities } from '../secrets/keyfile.ts';
import { openOnDisk, sealOnDisk } from '../secrets/sealedfile.ts';

/** Secrets in git: files of SOPS, sealed by age. */
export function secretsCommand(context: CliContext): Command {
  return new Command('secrets')
    .description('secrets in git: files that only Pilotage and you can read (SOPS, age)')
    .addCommand(initCommand(context))
    .addCommand(editCommand(context))
    .addCommand(rotateCommand(context));
}

function initCommand(context: CliContext): Command {
  return clientCommand('init')
    .description(`write a ${SOPS_FILE} that seals files for a delivery and for you`)
    .argument('<delivery>', 'shop')
    .argument('[folder]', 'the repository', '.')
    .action(async (delivery: string, folder: string, options: OutputOptions) => {
      const file = join(resolve(folder), SOPS_FILE);
      if (existsSync(file)) throw new ProblemError(exists(file));
      const daemon = await face(context, options);
      const path = `/api/v1/deliveries/${encodeURIComponent(delivery)}/recipients`;
      const { recipients } = await daemon.post<{ recipients: readonly string[] }>(path, {});
      const { fullEnvironment } = context.surroundings;
      const { identities, made } = await ensureIdentity(fullEnvironment);
      const mine = await Promise.all(identities.map(recipientOf));
      await writeFile(file, newRules([...new Set([...recipients, ...mine])]), { flag: 'wx' });
      print(context, `Wrote ${SOPS_FILE}: what is sealed by it, ${delivery} and you can open.`);
      if (made)
        print(context, `  your new key: ${keyFile(fullEnvironment)} (keep a copy; nobody else has it)`);
      print(context, '  next: pilotage secrets edit secrets.yaml');
    });
}

function editCommand(context: CliContext): Command {
  return new Command('edit')
    .description('edit a sealed file; a new or a plain one is sealed')
    .argument('<file>', 'secrets.yaml')
    .action(async (file: string) => {
      const { fullEnvironment } = context.surroundings;
      const opened = await openOnDisk(file, await ownIdentities(fullEnvironment));
      const text = await edit(opened.text, file, fullEnvironment);
      if (opened.sealed && text === opened.text) return print(context, 'Nothing was changed.');
      await sealOnDisk(opened, text, false);
      print(context, `Sealed ${file}.`);
    });
}

function rotateCommand(context: CliContext): Command {
  return new Command('rotate')
    .description(`seal files with a new key, for those whom ${SOPS_FILE} names now`)
    .argument('<files...>', 'secrets.yaml')
    .action(async (files: readonly string[]) => {
      const identities = await ownIdentities(context.surroundings.fullEnvironment);
      for (const file of files) {
        const opened = await openOnDisk(file, identities);
        if (!opened.sealed) throw new ProblemError(notSealed(file));
        await sealOnDisk(opened, opened.text, true);
        print(context, `Sealed ${file} anew.`);
      }
    });
}

const exists = (file: string) => ({
  reason: 'AlreadyExists',
  message: `There is a ${file} already; nothing was written`,
  remedy: 'Add the recipients of the delivery to its rules yourself, then pilotage secrets rotate FILE.',
});

const notSealed = (file: string) => ({
  reason: 'NotSealed',
  message: `${file} is not sealed`,
  remedy: `Seal it: pilotage secrets edit ${file}.`,
});
