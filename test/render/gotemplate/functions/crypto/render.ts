import { createHash, type KeyObject } from 'node:crypto';
import type { KeyType } from '../../../../../src/render/gotemplate/chance.ts';
import { generateKey } from '../../../../../src/render/gotemplate/functions/crypto/keys.ts';
import { cryptoFunctions } from '../../../../../src/render/gotemplate/functions/crypto.ts';
import { createMade } from '../../../../../src/render/gotemplate/made.ts';
import { Struct, type Value } from '../../../../../src/render/gotemplate/values.ts';
import type { GeneratedValues } from '../../../../../src/render/recorded.ts';

export const NOW = new Date('2026-03-01T12:00:00Z');
export const EC_KEY = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIMgy7HK5VJsiSn6uqCpDokt0x6cuoZiPCtyvTqdpagvpoAoGCCqGSM49
AwEHoUQDQgAEB0LbnQSYCRNz4++mbjNkDI3IjPhDmQ6KtQVS37PhE9bWOKiI6Q+d
o8iMJgdblIBbSSCLbVNFcfp4qdkBi54xBQ==
-----END EC PRIVATE KEY-----
`;
export const DSA_KEY = `-----BEGIN DSA PRIVATE KEY-----
MIIBygIBAAKBgQDBxm6RJcQ7nZlrxrEuYerUg4PPnHxYHPiuh/Sni9GqWQpK5QPs
vxToXnjJS1/ybfXjXRZWOTFDeft/RbbfspEu54uq210QRsTmqxUdRlRoYUnTKVHB
FWQwZfMbCNc+Bcj8Czb/naY7U1ZZtsyva8x+BnIq31prIaJYL+hLf+3hCQIdAI8K
Kp8XqYsijPGnOsOmXPtRYtlLIjd23/BbCU0CgYBAFL++Pi3KfRx6KwzXeF/W0+MR
gWIxyZOEOWGxO9SrgC3iOuTvW85fq6bRFF8B7nqejCXFm+nAzmd/+8uUjaAIA1Xf
RA3CTEq+DZv8VHUkX4PxA8inUs6yP48zdhReO6GIEw+qkq0iQ6Ywjq+e6sGHhivG
7/CGGaydzRGjzCo6egKBgG0Heh9cWWJoOnAtL2/1y60MLSAEjYLaGP8Ts4hsX8wk
zIJwr744d10EQCYb6/e5RsWlqT4xpn1vFSa21uoUY7jGShenCh4VAj6Qamz0RBdT
JtKyOaST3F/qwtBIGp4Yo9ixPACFI6ZZ3vloIElUTCC6VI0UESTo8DmIQNzxFgWS
AhwxWwKQjZTTrihC1PUQXlUfEcTzJshT5lCjC/Yg
-----END DSA PRIVATE KEY-----
`;
export const ED_KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBdWnYrVWSTutEc/BL9wtLmeCaAmebmU0axooQ+3nJK4
-----END PRIVATE KEY-----
`;

export type Call = (name: string, ...args: Value[]) => Value;

/** The functions of a render, with chance that is the same for equal seeds; keys are over P-256, unless they are not `quick`. */
export function render(before: GeneratedValues = {}, seed = 'seed', quick = true) {
  let count = 0;
  const random = (length: number): Uint8Array => {
    const blocks = Array.from({ length: Math.ceil(length / 64) }, () =>
      createHash('sha512').update(`${seed} ${count++}`).digest(),
    );
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
  const asked: KeyType[] = [];
  const key = (type: KeyType): KeyObject => {
    asked.push(type);
    return generateKey(quick ? 'ecdsa' : type);
  };
  const now = (): Date => NOW;
  const made = createMade(before, { random, now });
  made.enter('shop/templates/secret.yaml');
  const functions = cryptoFunctions({ random, now, generateKey: key, made });
  let spent = 0;
  const budget = {
    spend(steps: number) {
      spent += steps;
    },
  };
  const call: Call = (name, ...args) => {
    const found = functions[name];
    if (!found) throw new Error(`no function ${name}`);
    return found.call(args, budget);
  };
  return { call, made, asked, spent: () => spent };
}

export const field = (value: Value, name: string): string => {
  const text = value instanceof Struct ? value.fields.get(name) : undefined;
  if (typeof text !== 'string') throw new Error(`no ${name}`);
  return text;
};
