/** Commands of Kubernetes' `test/cmd` that fail for now, by file and line of the pinned release, below the reason. */
export const EXPECTED_FAILURES: Readonly<Record<string, readonly string[]>> = {
  'the API server has no /metrics': ['proxy.sh:31', 'proxy.sh:49'],
};
