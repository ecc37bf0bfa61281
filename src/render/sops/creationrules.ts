import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import { compileRegex } from '../../kube/values/pattern.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { parseYaml } from '../../kube/values/yaml.ts';
import { readRule, type SealRule } from './metadata.ts';

export const SOPS_FILE = '.sops.yaml';

/** For whom new files are sealed, and what of them: the first rule of `.sops.yaml` whose path_regex finds something in the path. */
export interface CreationRule {
  readonly recipients: readonly string[];
  readonly rule: SealRule;
  /** Whether only what is sealed counts for the message authentication code. */
  readonly macOnlyEncrypted: boolean;
}

/** Keys of other kinds that a rule may name (config.go of SOPS). */
const OTHERS = ['pgp', 'kms', 'gcp_kms', 'hckms', 'azure_keyvault', 'hc_vault_transit_uri', 'key_groups'];

/** The rule of `.sops.yaml` for a file, by its path from the folder of `.sops.yaml`. */
export function creationRule(text: string | undefined, path: string): Result<CreationRule> {
  if (text === undefined) return failed(noRules);
  const parsed = parseYaml(text, SOPS_FILE);
  if (!parsed.ok) return parsed;
  const rules =
    isObject(parsed.value) && Array.isArray(parsed.value.creation_rules) ? parsed.value.creation_rules : [];
  for (const rule of rules.filter(isObject)) {
    const matches = matcher(rule);
    if (!matches.ok) return matches;
    if (matches.value(path)) return ruleOf(rule, path);
  }
  return failed({
    reason: 'SopsRuleMissing',
    message: `No rule of ${SOPS_FILE} is for ${path}`,
    place: { file: SOPS_FILE },
    remedy: 'Add one whose path_regex finds it, with age: the recipients.',
  });
}

function matcher({ path_regex: pattern }: JsonObject): Result<(path: string) => boolean> {
  if (typeof pattern !== 'string' || pattern === '') return ok(() => true);
  const regex = compileRegex(pattern);
  if (!regex.ok)
    return failed({ ...regex.problems[0], reason: 'InvalidSopsFile', place: { file: SOPS_FILE } });
  return ok((path) => regex.value.test(path));
}

function ruleOf(rule: JsonObject, path: string): Result<CreationRule> {
  const other = OTHERS.find((kind) => rule[kind] && String(rule[kind]) !== '');
  if (other) return failed(otherKeys(other, path));
  const written = Array.isArray(rule.age) ? rule.age.map(String) : String(rule.age ?? '').split(',');
  const recipients = written.map((one) => one.trim()).filter((one) => one !== '');
  if (recipients.length === 0)
    return failed({
      reason: 'SopsRuleMissing',
      message: `The rule of ${SOPS_FILE} for ${path} names no age recipients`,
      place: { file: SOPS_FILE },
      remedy: 'Write age: age1…,age1….',
    });
  const seals = readRule(rule, { file: SOPS_FILE });
  return seals.ok
    ? ok({ recipients, rule: seals.value, macOnlyEncrypted: rule.mac_only_encrypted === true })
    : seals;
}

const noRules: Problem = {
  reason: 'SopsRuleMissing',
  message: `There is no ${SOPS_FILE}, which says for whom files are sealed`,
  place: { file: SOPS_FILE },
  remedy: 'Write one: pilotage secrets init DELIVERY.',
};

const otherKeys = (kind: string, path: string): Problem => ({
  reason: 'SopsRuleUnsupported',
  message: `The rule of ${SOPS_FILE} for ${path} names ${kind}: whom it means could not open the file`,
  place: { file: SOPS_FILE },
  remedy: `Seal the file with sops, or remove ${kind}.`,
});

/** A `.sops.yaml` for a new repository: of manifests that are named secrets…yaml the data is sealed, of other files of that name everything. */
export const newRules = (
  recipients: readonly string[],
): string => `# For whom files are sealed, and what of them. Seal one: pilotage secrets edit secrets.yaml
creation_rules:
  # Manifests: what they hold is sealed, and which object they are can be read.
  - path_regex: (^|/)(templates|manifests)/(.*/)?secrets[^/]*\\.(ya?ml|json)$
    encrypted_regex: ^(data|stringData)$
    age: ${recipients.join(',')}
  # Values files, and whatever else has that name: everything is sealed.
  - path_regex: (^|/)secrets[^/]*\\.(ya?ml|json)$
    age: ${recipients.join(',')}
`;
