#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make-kernel.sh FOLDER: two signed source packages of the kernel, made from Debian's linux-source-6.1 (fetched by apt): FOLDER/first is a
# repository with release 1, FOLDER/second one with release 2 as well, in which 40 files have another line. Nothing is made twice.
# Says "skipped: …" and exits with 0 where it cannot.
set -euo pipefail
for tool in apt-get dpkg-deb rpmbuild rpmsign createrepo_c gpg tar xz; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not here"; exit 0; }
done
mkdir -p "$1"; cd "$1"; work=$PWD
[ -d second/repodata ] && exit 0
if [ ! -s S/linux-6.1.tar.xz ]; then
  apt-get download linux-source-6.1 >/dev/null 2>&1 || { echo 'skipped: apt has no linux-source-6.1'; exit 0; }
  dpkg-deb -x linux-source-6.1_*.deb x; mkdir -p S; mv x/usr/src/linux-source-6.1.tar.xz S/linux-6.1.tar.xz; rm -rf x linux-source-6.1_*.deb
fi
export GNUPGHOME=$work/gnupg
if [ ! -s KEY ]; then
  mkdir -m 700 gnupg
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Bench <bench@example.org>' rsa2048 sign never
  gpg --armor --export >KEY
fi
package() { # release archive folder
  printf '%s\n' 'Name: kernel' 'Version: 6.1' "Release: $1" 'Summary: x' 'License: GPL-2.0' 'BuildArch: noarch' \
    "Source0: $2" '%description' 'x' '%files' >kernel.spec
  rpmbuild -bs --quiet --define "_topdir $work/t" --define "_sourcedir $work/S" --define "_srcrpmdir $work/$3" --define '_source_payload w0.gzdio' kernel.spec
  rpmsign --addsign --define "__gpg $(command -v gpg)" --define '_gpg_name Bench' "$3"/*-"$1".src.rpm >/dev/null 2>&1
  createrepo_c -q "$3"
}
package 1 linux-6.1.tar.xz first
if [ ! -s S/linux-6.1.2.tar.xz ]; then
  mkdir -p x; tar -xf S/linux-6.1.tar.xz -C x
  find x/*/kernel -name '*.c' | sort | head -n 40 | while read -r file; do echo '/* changed */' >>"$file"; done
  tar -cf - -C x . --sort=name --owner=0 --group=0 | xz -0 -T0 >S/linux-6.1.2.tar.xz
  rm -rf x
fi
mkdir -p second; cp first/*.rpm second/
package 2 linux-6.1.2.tar.xz second
