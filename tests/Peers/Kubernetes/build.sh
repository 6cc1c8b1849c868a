#!/usr/bin/env bash
# Puts kube-apiserver, kube-controller-manager and etcd into CACHE/bin, once. The first two are built from Debian's source package with Debian's Go, etcd is
# Debian's own. Everything comes through apt, which checks its signatures; nothing is installed, so it takes neither root nor a change to the machine.
set -euo pipefail
cache=$1
recipe=2 suite=bookworm
[ "$(cat "$cache/bin/recipe" 2>/dev/null)" = "$recipe" ] && exit 0

for tool in apt-get dpkg-deb tar openssl; do
  command -v $tool >/dev/null || { echo "A Kubernetes API server can be built where there is $tool; elsewhere let KUBECONFIG name a cluster." >&2; exit 1; }
done

mkdir -p "$cache"
exec 8>"$cache/build.lock"
flock 8
[ "$(cat "$cache/bin/recipe" 2>/dev/null)" = "$recipe" ] && exit 0
work=$(mktemp -d "$cache/build.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m1 -E '/debian/?$' || echo http://deb.debian.org/debian)
mkdir -p apt/lists/partial apt/archives/partial root
printf "%s [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main\n" deb deb-src >apt/sources.list
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/apt/lists" \
    -o Dir::Cache="$work/apt" -o APT::Sandbox::User=root "$@"
}

echo "Building kube-apiserver and kube-controller-manager into $cache: some minutes, once." >&2
apt update
apt download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server
apt source --download-only kubernetes
for package in ./*.deb; do dpkg-deb -x "$package" root; done

tree=$work/go/src/k8s.io/kubernetes
mkdir -p "$tree"
tar -xzf kubernetes_*.orig.tar.gz -C "$tree" --strip-components 1
cd "$tree"
for module in staging/src/k8s.io/*; do
  rm -rf "vendor/k8s.io/${module##*/}"
  ln -s "../../$module" vendor/k8s.io/
done
# The one that is vendored crashes under load when it was built with Go 1.18 or later.
rm -rf vendor/github.com/modern-go/reflect2
cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" vendor/github.com/modern-go/

export GOROOT=$work/root/usr/lib/go-1.19 GOPATH=$work/go GOCACHE=$work/gocache GO111MODULE=off GOFLAGS='' GOTOOLCHAIN=local CGO_ENABLED=0
export PATH=$GOROOT/bin:$PATH

go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
described=$(grep -rlE --include='*.go' '^// \+k8s:openapi-gen=' vendor/k8s.io/{api,apimachinery,apiextensions-apiserver,kube-aggregator,apiserver}/ |
  xargs -n1 dirname | grep -vE 'testdata|/example|testapigroup' | LC_ALL=C sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -sd,)
"$work/openapi-gen" -i "$described" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations"

version=k8s.io/kubernetes/vendor/k8s.io/component-base/version
mkdir "$work/bin"
# Without the clouds' own controllers, which make up much of the building.
go build -tags providerless -ldflags "-s -w -X $version.gitVersion=v1.20.2 -X $version.gitMajor=1 -X $version.gitMinor=20" \
  -o "$work/bin/" ./cmd/kube-apiserver ./cmd/kube-controller-manager

cp "$work/root/usr/bin/etcd" "$work/bin/"
echo "$recipe" >"$work/bin/recipe"
rm -rf "$cache/bin"
mv "$work/bin" "$cache/bin"
