#!/usr/bin/env bash
# Runs one function of Kubernetes' test/cmd against an API server: driver.sh SOURCES FUNCTION
# (`runTests`: what stands between the functions). Run by functions.ts, in a folder that looks like the root of the sources.
#
# Their own runner ends a function at its first failure. Here every check is run: `errexit` is kept off, and a trap notes each command
# that would have ended the function, by file and line: `@failed core.sh:123`.
# Environment: SECURE_API_PORT, THIS_PLATFORM_BIN (kubectl, kubectl-convert), HOME and TMPDIR of its own.

sources=$1
function_name=$2
export LANG=C TERM=dumb
KUBE_TEMP=$TMPDIR

source "$sources/hack/lib/util.sh"
source "$sources/hack/lib/logging.sh"
source "$sources/hack/lib/test.sh"
source "$sources/test/cmd/legacy-script.sh"
builtin set +o errexit

# Some commands may fail: the functions say so by the option that is kept off here.
may_fail=true
set() {
  case "$*" in
    '-o errexit' | '-e'*) may_fail=false ;;
    '+o errexit' | '+e'*) may_fail=true ;;
    *) builtin set "$@" ;;
  esac
}

# Within a substitution bash does not apply errexit either. Of the calls on the stack, the innermost that a script made is named.
note_failure() {
  ((BASH_SUBSHELL > 1)) && return
  [[ $may_fail == true ]] && return
  local frame
  for ((frame = 1; frame < ${#BASH_SOURCE[@]}; frame++)); do
    if [[ ${BASH_SOURCE[frame]} == "$sources"/test/cmd/* ]]; then
      echo "@failed $(basename "${BASH_SOURCE[frame]}"):${BASH_LINENO[frame - 1]}"
      return
    fi
  done
}

record_command() {
  [[ $function_name == runTests ]] && return
  (
    prepare
    builtin set -o errtrace
    trap note_failure ERR
    "$function_name"
    trap - ERR
    echo '@ended'
  )
}

cleanup_tests() { :; }

# What a function finds in their run because of those before it: a namespace that is empty, and a node that nobody waits for any longer.
prepare() {
  create_and_use_new_namespace
  case $function_name in
    run_nodes_tests) kubectl wait --for=condition=Ready=Unknown node/127.0.0.1 --timeout=90s ;;
    # What it fetches from the newest Kubernetes lies in the sources of this one. Elsewhere a function would hide the process behind `$!`.
    run_multi_resources_tests)
      kubectl() { command kubectl "${@//https:\/\/raw.githubusercontent.com\/kubernetes\/kubernetes\/master/$sources}"; }
      ;;
    # Go keeps no file of a module executable, which plugins must be.
    run_plugins_tests)
      rm test && mkdir -p test/fixtures/pkg/kubectl
      cp -r --no-preserve=mode "$sources/test/fixtures/pkg/kubectl/plugins" test/fixtures/pkg/kubectl
      chmod -R u+x test/fixtures/pkg/kubectl/plugins
      ;;
  esac
}

# They look for the name of an authority of theirs among those of client certificates.
kube::util::test_client_certificate_authentication_enabled() {
  openssl s_client -connect "127.0.0.1:$SECURE_API_PORT" < /dev/null 2> /dev/null \
    | grep -A3 'Acceptable client certificate CA names' | grep -qE 'CN ?= ?pilotage'
}

kube::util::ensure-gnu-sed
CONTEXT=test
kubectl config set-credentials test-admin --token admin-token
kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:$SECURE_API_PORT"
kubectl config set-context "$CONTEXT" --user test-admin --cluster local
kubectl config use-context "$CONTEXT"

# Their runner makes this node too: there is no kubelet.
kubectl create -f - <<'NODE'
{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "127.0.0.1", "annotations": {"save-managers": "true"}},
 "status": {"capacity": {"memory": "1Gi"}}}
NODE

# Their API server authorizes by RBAC and then allows everything (AlwaysAllow): users that a script acts as have no roles of their own.
kubectl create clusterrolebinding always-allow --clusterrole=cluster-admin --group=system:authenticated --group=the-group

SUPPORTED_RESOURCES=('*')
ALLOW_SKEW=1
if [[ $function_name == runTests ]]; then
  (
    builtin set -o errtrace
    trap note_failure ERR
    may_fail=false
    runTests
    trap - ERR
    echo '@ended'
  )
else
  WHAT=one runTests
fi
