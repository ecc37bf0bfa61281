/** Names of a kustomization, as kustomize looks for them (api `konfig/general.go`). */
export const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
