/** undefined when valid, else the message of kube-apiserver (apimachinery `pkg/util/validation`). */
export type NameCheck = (name: string) => string | undefined;

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

function check(format: string, most: number, message: string, ...examples: string[]): NameCheck {
  const pattern = new RegExp(`^${format}$`);
  const hint = `(e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${format}')`;
  return (name) => {
    const tooLong = name.length > most ? [`must be no more than ${most} characters`] : [];
    const malformed = pattern.test(name) ? [] : [`${message} ${hint}`];
    const messages = [...tooLong, ...malformed];
    return messages.length > 0 ? messages.join(', ') : undefined;
  };
}

export const dns1123Label: NameCheck = check(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);

export const dns1123Subdomain: NameCheck = check(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);

export const wildcardSubdomain: NameCheck = check(
  `\\*\\.${SUBDOMAIN}`,
  253,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
);

export const dns1035Label: NameCheck = check(
  LABEL_1035,
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);

const qualifiedPart: NameCheck = check(
  QUALIFIED,
  63,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyName',
  'my.name',
  '123-abc',
);

export const labelValue: NameCheck = check(
  `(${QUALIFIED})?`,
  63,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyValue',
  'my_value',
  '12345',
);

export const configKey: NameCheck = (name) => {
  if (name === '.' || name === '..' || name.startsWith('..')) return `must not be '.' or start with '..'`;
  return configKeyFormat(name);
};
const configKeyFormat: NameCheck = check(
  CONFIG_KEY,
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** `name` or `prefix/name`: keys of labels and annotations, names of resources and finalizers. */
export const qualifiedName: NameCheck = (text) => {
  const [first = '', second, ...rest] = text.split('/');
  if (rest.length > 0) {
    return "a valid label key must have at most one '/', between an optional DNS subdomain prefix and a name (e.g. 'example.com/MyName')";
  }
  const name = second === undefined ? first : second;
  const prefix = second === undefined ? undefined : first;
  const ofPrefix =
    prefix === undefined ? undefined : prefix === '' ? 'must be non-empty' : dns1123Subdomain(prefix);
  const ofName = name === '' ? 'must be non-empty' : qualifiedPart(name);
  const messages = [
    ...(ofPrefix ? [`prefix part ${ofPrefix}`] : []),
    ...(ofName ? [`name part ${ofName}`] : []),
  ];
  return messages.length > 0 ? messages.join('; ') : undefined;
};

/** No vowels and no look-alikes: a random word never spells something (apimachinery `util/rand`). */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** `base` cut to 58 characters and five of the safe alphabet; `random(n)` gives an integer in [0, n). */
export function generateName(base: string, random: (n: number) => number): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => SAFE_ALPHABET[random(SAFE_ALPHABET.length)]);
  return `${base.slice(0, 63 - SUFFIX_LENGTH)}${suffix.join('')}`;
}

export const safeEncode = (text: string): string =>
  [...Buffer.from(text)].map((byte) => SAFE_ALPHABET[byte % SAFE_ALPHABET.length]).join('');

/** FNV-1a over 32 bits. */
export function fnv32a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
