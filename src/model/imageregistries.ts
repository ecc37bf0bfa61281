/** Name of the Secret of namespace `pilotage` with the passwords by which images of a delivery are looked up (`kubernetes.io/dockerconfigjson`). */
export const imageSecretName = (delivery: string): string => `images-${delivery}`;
