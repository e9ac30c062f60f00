#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a user would script without this project: a back-fill with curl, sha256sum, rpmkeys, rpm2cpio, cpio and git.
# Usage: native-backfill.sh BASEURL KEYURL REMOTE FOLDER
set -euo pipefail
base=$1 key=$2 remote=$3 work=$4
export LC_ALL=C

mkdir -p "$work/db" "$work/index"
cd "$work"
curl -fsS -o key.asc "$key"
rpmkeys --dbpath "$work/db" --import key.asc
curl -fsS -o index/repomd.xml "$base/repodata/repomd.xml"
# href and checksum of the primary record
read -r href sum < <(awk '/<data type="primary"/ { on = 1 } on && /<checksum/ { gsub(/<[^>]*>| /, ""); sum = $0 } on && /<location/ { sub(/.*href="/, ""); sub(/".*/, ""); print $0, sum; exit }' index/repomd.xml)
curl -fsS -o index/primary.xml.gz "$base/$href"
echo "$sum  index/primary.xml.gz" | sha256sum --quiet -c
zcat index/primary.xml.gz | awk '
  /<name>/ { name = $0; gsub(/<[^>]*>| /, "", name) }
  /<arch>/ { arch = $0; gsub(/<[^>]*>| /, "", arch) }
  /<version / { version = $0; sub(/.* ver="/, "", version); sub(/".*/, "", version) }
  /<checksum/ { sum = $0; gsub(/<[^>]*>| /, "", sum) }
  /<location / { href = $0; sub(/.*href="/, "", href); sub(/".*/, "", href) }
  /<\/package>/ { if (arch == "noarch" && (name == "aws-neuron-dkms" || name == "aws-neuronx-dkms")) print version, sum, href }
' | sort -V >index/plan

git clone -q "$remote" tree 2>/dev/null
cd tree
git config user.name bench
git config user.email bench@localhost
git symbolic-ref HEAD refs/heads/main
mkdir -p archive/rpm
cp ../index/* ../key.asc archive/
git add -A
git commit -q -m 'Archive'
while read -r version sum href; do
  file=$(basename "$href")
  curl -fsS -o "archive/rpm/$file" "$base/$href"
  echo "$sum  archive/rpm/$file" | sha256sum --quiet -c
  rpmkeys --dbpath "$work/db" -K "archive/rpm/$file" >/dev/null
  printf %s "$sum" >"archive/rpm/$file.sha256"
  rm -rf src ../payload
  mkdir ../payload
  rpm2cpio "archive/rpm/$file" | (cd ../payload && cpio -idm --quiet --no-absolute-filenames)
  mv ../payload/usr/src/* src
  git add -A -f
  git commit -q -m "feat: Neuron Driver $version" -m "$(rpm --dbpath "$work/db" -qp --qf 'Package: %{NAME}\nVersion: %{VERSION}\nLicense: %{LICENSE}\nSummary: %{SUMMARY}\nBuildhost: %{BUILDHOST}\n' "archive/rpm/$file" 2>/dev/null)"
  git tag "$version"
  git push -q origin main "$version"
done <../index/plan
