#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/kernel.sh [FOLDER]: time, memory and disk of a source package of the kernel, made from Debian's linux-source-6.1 (fetched by apt),
# by the bundle (publish, then verify) and by native tools. Needs 4 GB below FOLDER. Not part of CI.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for tool in apt-get dpkg-deb rpmbuild rpmsign rpmkeys rpm2cpio cpio createrepo_c gpg git tar xz; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not here"; exit 0; }
done
export PATH=$root/node_modules/.bin:$PATH
work=${1:-$(mktemp -d)}; mkdir -p "$work"; cd "$work"
if [ ! -s S/linux-6.1.tar.xz ]; then
  apt-get download linux-source-6.1 >/dev/null 2>&1 || { echo 'skipped: apt has no linux-source-6.1'; exit 0; }
  dpkg-deb -x linux-source-6.1_*.deb x; mkdir -p S; mv x/usr/src/linux-source-6.1.tar.xz S/linux-6.1.tar.xz; rm -rf x
fi
export GNUPGHOME=$work/gnupg
if [ ! -s KEY ]; then
  mkdir -m 700 gnupg
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Bench <bench@example.org>' rsa2048 sign never
  gpg --armor --export >KEY
  printf '%s\n' 'Name: kernel' 'Version: 6.1' 'Release: 1' 'Summary: x' 'License: GPL-2.0' 'BuildArch: noarch' \
    'Source0: linux-6.1.tar.xz' '%description' 'x' '%files' >kernel.spec
  rpmbuild -bs --quiet --define "_topdir $work/t" --define "_sourcedir $work/S" --define "_srcrpmdir $work/r" --define '_source_payload w0.gzdio' kernel.spec
  rpmsign --addsign --define "__gpg $(command -v gpg)" --define '_gpg_name Bench' r/*.rpm >/dev/null
  createrepo_c -q r
fi
fingerprint=$(gpg --with-colons --list-keys | awk -F: '$1=="fpr"{print $10; exit}')
measured() { # title command...: wall time, and by GNU time the greatest resident size of one process
  local title=$1; shift
  if [ -x /usr/bin/time ]; then /usr/bin/time -f "$title: %e s, %M KiB, exit %x" "$@" >/dev/null || true
  else local start=$SECONDS; "$@" >/dev/null || echo "$title: exit $?"; echo "$title: $((SECONDS - start)) s"; fi
}
rm -rf mirror.git native; git init -q --bare -b main mirror.git
cli=$root/dist/cli.js
common=(--repository "$work/mirror.git" --gpg-fingerprints "$fingerprint" --packages kernel --quiet)
measured publish node "$cli" publish "${common[@]}" --baseurl "file://$work/r" --gpgkey "$work/KEY" --arch src --archive-packages full --max-file-size '2 GiB'
measured verify node "$cli" verify "${common[@]}"
cat >native.sh <<'N'
set -e
mkdir -p native/db native/t; rpmkeys --dbpath "$PWD/native/db" --import KEY; rpmkeys --dbpath "$PWD/native/db" -K r/*.rpm
git init -q --bare native/m.git; git init -q -b main native/t
(cd native && rpm2cpio ../r/*.rpm | cpio -id --quiet && mkdir -p t/src && tar -xf linux-6.1.tar.xz -C t/src --strip-components=1)
cd native/t; git add -f .; git -c user.name=b -c user.email=b@example.org commit -qm k; git push -q ../m.git main
N
measured native bash native.sh
du -sm mirror.git native | sed 's/^/MiB: /'
