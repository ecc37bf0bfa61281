import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { newRules, SOPS_FILE } from '../../render/sops/creationrules.ts';
import { recipientOf } from '../../render/sops/identities.ts';
import { clientCommand, face, type OutputOptions, print, reportProblem } from '../command.ts';
import type { CliContext } from '../context.ts';
import { edit } from '../secrets/editor.ts';
import { ensureIdentity, keyFile, ownIdentities } from '../secrets/keyfile.ts';
import { openOnDisk, sealer } from '../secrets/sealedfile.ts';

type Keyboard = Readable & { readonly isTTY?: boolean };

/** Secrets in git: files of SOPS, sealed by age. */
export function secretsCommand(context: CliContext, keyboard: Keyboard): Command {
  return new Command('secrets')
    .description('secrets in git: files that only Pilotage and you can read (SOPS, age)')
    .addCommand(initCommand(context))
    .addCommand(editCommand(context, keyboard))
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

function editCommand(context: CliContext, keyboard: Keyboard): Command {
  return new Command('edit')
    .description('edit a sealed file; a new or a plain one is sealed')
    .argument('<file>', 'secrets.yaml')
    .action(async (file: string) => {
      const { fullEnvironment: env } = context.surroundings;
      const opened = await openOnDisk(file, await ownIdentities(env));
      const sealTo = await sealer(opened, false);
      const again = (error: unknown): Promise<boolean> => wantsAgain(context, keyboard, error);
      const said = await edit(opened.text, file, { env, signals: process, again }, async (text) =>
        opened.sealed && text === opened.text
          ? 'Nothing was changed.'
          : `Sealed ${counted(await sealTo(text))} of ${file}.`,
      );
      print(context, said);
    });
}

/** Somebody at a terminal can mend what was typed. */
async function wantsAgain(context: CliContext, keyboard: Keyboard, error: unknown): Promise<boolean> {
  if (keyboard.isTTY !== true) return false;
  reportProblem(context, error);
  const lines = createInterface({ input: keyboard, output: context.stderr });
  const answer = await new Promise<string>((resolve) => {
    lines.once('SIGINT', () => resolve('n')).once('close', () => resolve('n'));
    lines.question('Edit it again? [Y/n] ', resolve);
  });
  lines.close();
  return !/^n/i.test(answer.trim());
}

const counted = (count: number): string => (count === 1 ? '1 value' : `${count} values`);

function rotateCommand(context: CliContext): Command {
  return new Command('rotate')
    .description(`seal files with a new key, for those whom ${SOPS_FILE} names now`)
    .argument('<files...>', 'secrets.yaml')
    .action(async (files: readonly string[]) => {
      const identities = await ownIdentities(context.surroundings.fullEnvironment);
      for (const file of files) {
        const opened = await openOnDisk(file, identities);
        if (!opened.sealed) throw new ProblemError(notSealed(file));
        const count = await (await sealer(opened, true))(opened.text);
        print(context, `Sealed ${counted(count)} of ${file} anew.`);
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
