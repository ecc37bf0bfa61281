import type { JsonObject } from '../../../kube/values/types.ts';
import { type Answer, json } from './answers.ts';

/** What lets others believe tokens of this cluster's service accounts (Kubernetes `pkg/serviceaccount/openidmetadata.go`). */
export interface IssuerDocuments {
  readonly issuer: string;
  /** Public keys as a JSON Web Key Set (RFC 7517). */
  readonly keySet: JsonObject;
  /** `https://127.0.0.1:7443`: where this server is reached, once it is. */
  readonly address: () => string;
}

export const issuerConfiguration = ({ issuer, keySet, address }: IssuerDocuments): Answer =>
  json({
    issuer,
    jwks_uri: `${address()}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithmsOf(keySet),
  });

const algorithmsOf = ({ keys }: JsonObject): readonly string[] => {
  const all = (Array.isArray(keys) ? keys : []).map((key) => String((key as JsonObject).alg));
  return [...new Set(all)].sort();
};

export const issuerKeys = ({ keySet }: IssuerDocuments): Answer => ({
  type: 'bytes',
  code: 200,
  body: Buffer.from(JSON.stringify(keySet)),
  contentType: 'application/jwk-set+json',
});
