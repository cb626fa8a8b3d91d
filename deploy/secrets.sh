#!/bin/sh
# Prints fresh random secrets, as an environment file for compose or as Secrets for Kubernetes. Writes nothing itself.
#   sh deploy/secrets.sh compose > var/compose.env
#   sh deploy/secrets.sh k8s | kubectl apply --namespace inquest -f -
set -eu

random() { printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; } # begins with a letter, see nats/users.conf

# The first API key: its hash goes where the others go, the key itself is shown this once.
key="inq_first_$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
key_line="first sha256:$(printf %s "$key" | sha256sum | cut -d ' ' -f 1) admin *"

# The keyring of raw deliveries (docs/raw-data.md): later `inquest raw-keys rotate` adds to it.
raw_key="$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
raw_key_id="k-$({ printf 'inquest raw key id:'; printf %s "$raw_key" | base64 -d; } | sha256sum | cut -c 1-16)"
raw_keys="{\"current\":\"$raw_key_id\",\"keys\":{\"$raw_key_id\":{\"made_at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"secret\":\"$raw_key\"}}}"

users="cli intake planner worker gateway verifier notifier tracestore api"
case "${1:-}" in
compose)
    for user in $users; do
        echo "NATS_PASSWORD_$(echo "$user" | tr a-z A-Z)=$(random)"
    done
    echo "WEBHOOK_SECRET=$(random)"
    echo "TRACESTORE_TOKEN=$(random)"
    echo "API_TOKENS='$key_line'"
    echo "RAW_KEYS='$raw_keys'"
    echo "REDACTION_KEY=$(random)"
    echo "GRAFANA_PASSWORD=$(random)"
    ;;
k8s)
    echo "apiVersion: v1
kind: Secret
metadata: {name: inquest-nats}
stringData:"
    for user in $users; do
        echo "  $user: $(random)"
    done
    echo "---
apiVersion: v1
kind: Secret
metadata: {name: inquest-secrets}
stringData:
  webhook: $(random)
  tracestore-token: $(random)
  redaction-key: $(random)
  api-tokens: '$key_line'
---
apiVersion: v1
kind: Secret
metadata: {name: inquest-raw-keys}
stringData:
  raw-keys: '$raw_keys'"
    ;;
*)
    echo "usage: sh deploy/secrets.sh compose|k8s" >&2
    exit 2
    ;;
esac
echo "the first API key (admin of every tenant), shown this once: $key" >&2
