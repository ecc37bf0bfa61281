import { type Helper, HelperError } from '../helper.ts';

/**
 * Helpers that answer differently every time. Under GitOps they are a permanent difference between git and the cluster,
 * and a secret made from a seed that everybody can read is no secret. So they are refused by name, with the way out.
 */
const REFUSED: Readonly<Record<string, string>> = {
  now: 'Use Pilotage.revision where something must change with each commit.',
  ...Object.fromEntries(
    ['randAlphaNum', 'randAlpha', 'randNumeric', 'randAscii', 'uuidv4', 'genPrivateKey'].map((name) => [
      name,
      'Create the Secret once by hand and refer to it by name, or hand the value in through a values file.',
    ]),
  ),
  ...Object.fromEntries(
    ['genCA', 'genSignedCert', 'genSelfSignedCert'].map((name) => [
      name,
      'Create the certificate once (openssl, cert-manager) and refer to its Secret by name.',
    ]),
  ),
};

export const REFUSALS: Readonly<Record<string, Helper>> = Object.fromEntries(
  Object.entries(REFUSED).map(([name, remedy]) => [
    name,
    () => {
      throw new HelperError(`it gives another answer at every render, so it is refused`, remedy);
    },
  ]),
);
