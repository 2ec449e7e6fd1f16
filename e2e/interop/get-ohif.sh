#!/bin/sh
# Brings OHIF's ready build from npm into .interop/ohif, once; the very bytes that were looked at when this was written.
set -eu
version=3.13.2
sha512=5997719a9986eeba85816f5924b71b82bdd70ad2e2d4a0cd3e831a798e4f3deea3e06e1f8c48e393271933a0ba664d85f3b04ac457e9abe8dde715d907d13c10
folder=.interop/ohif
[ -f "$folder/.ready-$version" ] && exit 0
mkdir -p .interop
echo "bringing OHIF $version from npm (50 MB)"
npm pack --silent --pack-destination .interop "@ohif/app@$version" >/dev/null
echo "$sha512  .interop/ohif-app-$version.tgz" | sha512sum --check --quiet
rm -rf "$folder"
mkdir -p "$folder"
tar -xzf ".interop/ohif-app-$version.tgz" -C "$folder" --strip-components=2 --exclude='*.map' package/dist
rm ".interop/ohif-app-$version.tgz"
find "$folder" -type f \( -name '*.js' -o -name '*.css' -o -name '*.wasm' -o -name '*.html' \) -exec gzip -k9 {} +
touch "$folder/.ready-$version"
