import type { KeyObject } from 'node:crypto';
import type { Chance, KeyType } from '../../chance.ts';
import { display } from '../../format/sprint.ts';
import { typeOf } from '../../kinds.ts';
import { type Budget, type FunctionTable, GoError, type GoSlice, Struct, type Value } from '../../values.ts';
import { define } from '../define.ts';
import * as certificates from './certificates.ts';
import { parsePrivateKey, privateKeyPem } from './keys.ts';

const KEYS: ReadonlyMap<string, KeyType> = new Map([
  ['', 'rsa-4096'],
  ['rsa', 'rsa-4096'],
  ['dsa', 'dsa'],
  ['ecdsa', 'ecdsa'],
  ['ed25519', 'ed25519'],
]);

/** What a tenth of a second of computing is charged. */
export const HARD = 10_000;

export const keyFunctions = ({ generateKey }: Chance): FunctionTable => ({
  genPrivateKey: define(['string'], ([name], budget) => {
    const type = KEYS.get(name);
    if (!type) return `Unknown type ${name}`;
    budget.spend(HARD);
    return privateKeyPem(generateKey(type));
  }),
});

export function certificateFunctions({ random, now, generateKey }: Chance): FunctionTable {
  const means = (key: KeyObject): certificates.CertificateMeans => ({ key, serial: random(16), now: now() });
  const newKey = (budget: Budget): KeyObject => {
    budget.spend(HARD);
    return generateKey('rsa-2048');
  };
  const { authority, selfSigned, signedBy } = certificates;
  return {
    genCA: define(['string', 'int'], ([name, days], budget) =>
      certificate(authority(termsOf(name, [], [], days), means(newKey(budget)))),
    ),
    genCAWithKey: define(['string', 'int', 'string'], ([name, days, key]) =>
      certificate(authority(termsOf(name, [], [], days), means(givenKey(key)))),
    ),
    genSelfSignedCert: define(TERMS, ([name, ips, dns, days], budget) =>
      certificate(selfSigned(termsOf(name, ips, dns, days), means(newKey(budget)))),
    ),
    genSelfSignedCertWithKey: define([...TERMS, 'string'], ([name, ips, dns, days, key]) =>
      certificate(selfSigned(termsOf(name, ips, dns, days), means(givenKey(key)))),
    ),
    genSignedCert: define([...TERMS, 'any'], ([name, ips, dns, days, ca], budget) =>
      certificate(signedBy(pairOf(ca), termsOf(name, ips, dns, days), means(newKey(budget)))),
    ),
    genSignedCertWithKey: define([...TERMS, 'any', 'string'], ([name, ips, dns, days, ca, key]) =>
      certificate(signedBy(pairOf(ca), termsOf(name, ips, dns, days), means(givenKey(key)))),
    ),
  };
}

const TERMS = ['string', '[]interface {}', '[]interface {}', 'int'] as const;

const termsOf = (
  commonName: string,
  ips: GoSlice,
  dnsNames: GoSlice,
  days: bigint,
): certificates.CertificateTerms => ({
  commonName,
  addresses: textsOf(ips, 'error parsing ip').map(certificates.checkedAddress),
  dnsNames: textsOf(dnsNames, 'error processing alternate dns name').map(certificates.checkedDnsName),
  days,
});

const textsOf = (items: GoSlice, failure: string): string[] =>
  items.map((item) => {
    if (typeof item === 'string') return item;
    throw new GoError(`${failure}: ${display(item)} is not a string`);
  });

function givenKey(text: string): KeyObject {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    throw error instanceof GoError ? new GoError(`parsing private key: ${error.message}`) : error;
  }
}

const CERTIFICATE = 'sprig.certificate';

/** sprig's struct of two PEM texts. */
export const certificate = ({ cert, key }: certificates.KeyPair): Struct =>
  new Struct(
    { name: CERTIFICATE },
    new Map([
      ['Cert', cert],
      ['Key', key],
    ]),
  );

function pairOf(value: Value): certificates.KeyPair {
  const [cert, key] =
    value instanceof Struct && value.type.name === CERTIFICATE
      ? [value.fields.get('Cert'), value.fields.get('Key')]
      : [];
  if (typeof cert === 'string' && typeof key === 'string') return { cert, key };
  throw new GoError(`wrong type for value; expected ${CERTIFICATE}; got ${typeOf(value)}`);
}
