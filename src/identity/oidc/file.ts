/** The part `oidc` of the file of `pilotage up --signin`. */
import { list, map, text, unread } from '../../model/grammar.ts';
import { PROVIDER_CALLBACK } from '../../model/providerlogin.ts';
import { type Cursor, complain, entriesOf } from '../../model/reader.ts';
import type { ReadNamed } from '../namedfile.ts';
import type { OidcOptions } from './options.ts';

const SCOPES = ['openid', 'profile', 'email'];

const OIDC = map(
  {
    issuer: text,
    clientId: text,
    clientSecretFile: text,
    scopes: list(text),
    nameClaim: text,
    groupsClaim: text,
    requiredClaims: unread({ type: 'object' }),
    callback: text,
    caFile: text,
  },
  {
    issuer: 'https://login.example.com',
    clientId: 'The provider gives it when the client is registered there.',
  },
);

/** Complains at its lines; what it returns is of use where there was no complaint. */
export function readOidc(at: Cursor, read: ReadNamed): OidcOptions | undefined {
  const fields = OIDC.open(at);
  if (!OIDC.isComplete(at, fields)) return undefined;
  const [issuer, clientId] = [fields.issuer.read(), fields.clientId.read()];
  if (issuer !== undefined && fields.issuer.at && !isIssuer(issuer))
    complain(fields.issuer.at, 'WrongValue', `"${issuer}" is no URL of https without a query`);
  const secret = read(fields.clientSecretFile.at)?.trim();
  if (secret === '' && fields.clientSecretFile.at)
    complain(fields.clientSecretFile.at, 'WrongValue', 'the file is empty');
  const scopes = fields.scopes.at ? (fields.scopes.read() ?? []) : SCOPES;
  if (fields.scopes.at && !scopes.includes('openid'))
    complain(fields.scopes.at, 'WrongValue', 'has to contain openid: without it nobody says who signs in');
  const callback = fields.callback.read();
  if (callback !== undefined && fields.callback.at && !isCallback(callback))
    complain(
      fields.callback.at,
      'WrongValue',
      `"${callback}" is no URL of https that ends in ${PROVIDER_CALLBACK}`,
    );
  const ca = read(fields.caFile.at);
  if (issuer === undefined || clientId === undefined) return undefined;
  return {
    issuer,
    clientId,
    scopes,
    nameClaim: fields.nameClaim.read() ?? 'preferred_username',
    groupsClaim: fields.groupsClaim.read() ?? 'groups',
    requiredClaims: Object.fromEntries(
      entriesOf(fields.requiredClaims.at).map(([name, value]) => [name, text.read(value) ?? '']),
    ),
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...(callback === undefined ? {} : { callback }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function isCallback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url?.protocol === 'https:' && url.pathname === PROVIDER_CALLBACK && url.search === '' && url.hash === ''
  );
}

function isIssuer(issuer: string): boolean {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url?.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '';
}
