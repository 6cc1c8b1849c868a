#!/usr/bin/env bash
# Makes the certificates of a cluster, and a kubeconfig for each who uses it: RUN/certs, RUN/{kubeconfig,controllers.kubeconfig,kubelet.kubeconfig}.
set -euo pipefail
run=$1 server=$2 days=30
umask 077
mkdir -p "$run/certs"
cd "$run/certs"

quietly() { "$@" 2>openssl.log || { cat openssl.log >&2; return 1; }; }
new_key() { quietly openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

# issue NAME SUBJECT EXTENSION: a certificate of the cluster's authority.
issue() {
  new_key "$1"
  quietly openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  quietly openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days $days -extfile <(echo "$3") -out "$1.crt"
}

# kubeconfig FILE NAME: for the one to whom NAME.crt was issued. Whole in itself, so that it can be copied.
kubeconfig() {
  cat >"$run/$1" <<YAML
apiVersion: v1
kind: Config
current-context: rotatesecrets
clusters:
  - name: rotatesecrets
    cluster: { server: '$server', certificate-authority-data: $(base64 -w0 ca.crt) }
users:
  - name: $2
    user: { client-certificate-data: $(base64 -w0 "$2.crt"), client-key-data: $(base64 -w0 "$2.key") }
contexts:
  - name: rotatesecrets
    context: { cluster: rotatesecrets, user: $2, namespace: default }
YAML
}

new_key ca
quietly openssl req -x509 -new -key ca.key -days $days -subj /CN=rotatesecrets-test -out ca.crt
issue apiserver /CN=kube-apiserver $'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc'
issue kubelet-server /CN=simulated-kubelet $'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1'
for client in admin kube-controller-manager simulated-kubelet; do
  user=$client
  [ $client = kube-controller-manager ] && user=system:kube-controller-manager
  issue $client "/O=system:masters/CN=$user" 'extendedKeyUsage=clientAuth'
done
new_key serviceaccount
quietly openssl ec -in serviceaccount.key -pubout -out serviceaccount.pub

kubeconfig kubeconfig admin
kubeconfig controllers.kubeconfig kube-controller-manager
kubeconfig kubelet.kubeconfig simulated-kubelet
