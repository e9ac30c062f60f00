#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes examples/repository: a yum repository with three signed releases of a DKMS-like package.
# Needs rpmbuild, rpmsign, createrepo_c and gpg. The signing key exists only while this runs, so each run gives other signatures.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/repository
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gnupg" --kill all 2>/dev/null || true; rm -rf "$work"' EXIT

UID_TEXT='Acme Widget Packages (example) <packages@acme.example>'
KEY_DATE=20240101T000000

make_key() {
  install -d -m 700 "$GNUPGHOME"
  gpg --batch --quiet --no-greeting --faked-system-time "$KEY_DATE" --passphrase '' --quick-generate-key "$UID_TEXT" rsa3072 sign never
  gpg --batch --armor --export "$UID_TEXT" >"$out/RPM-GPG-KEY-acme"
  gpg --batch --with-colons --fingerprint "$UID_TEXT" | awk -F: '$1 == "fpr" { print $10; exit }' >"$here/fingerprint.txt"
}

# The source tree of one release, in the folder $2.
make_source() {
  local version=$1 tree=$2
  mkdir -p "$tree/include" "$tree/firmware"
  cat >"$tree/dkms.conf" <<END
PACKAGE_NAME="acme-widget"
PACKAGE_VERSION="$version"
BUILT_MODULE_NAME[0]="acme_widget"
DEST_MODULE_LOCATION[0]="/updates"
AUTOINSTALL="yes"
END
  printf 'obj-m := acme_widget.o\nacme_widget-y := widget_main.o widget_io.o\nccflags-y := -I$(src)/include\n' >"$tree/Kbuild"
  printf '/* SPDX-License-Identifier: GPL-2.0 */\n#define WIDGET_VERSION "%s"\n' "$version" >"$tree/include/widget.h"
  cat >"$tree/widget_main.c" <<END
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "widget.h"

static int __init widget_init(void)
{
	pr_info("acme_widget " WIDGET_VERSION "\n");
	return 0;
}

static void __exit widget_exit(void)
{
}

module_init(widget_init);
module_exit(widget_exit);
MODULE_LICENSE("GPL");
END
  printf '// SPDX-License-Identifier: GPL-2.0\n#include "widget.h"\n\nint widget_read(void)\n{\n\treturn %s;\n}\n' "${version%%.*}" >"$tree/widget_io.c"
  # `git add` would leave the firmware out, since the package's own .gitignore names it.
  printf '*.o\n*.ko\nfirmware/\n' >"$tree/.gitignore"
  printf 'widget firmware %s\0\1\2\3' "${version%%.*}" >"$tree/firmware/widget.fw"
  printf '#!/bin/sh\nset -e\ndkms add -m acme-widget -v %s\n' "$version" >"$tree/postinstall"
  chmod 755 "$tree/postinstall"
  case $version in
    1.0) printf '// SPDX-License-Identifier: GPL-2.0\n/* Support for the first board. */\nint widget_legacy;\n' >"$tree/widget_legacy.c" ;;
    1.1) printf '// SPDX-License-Identifier: GPL-2.0\n/* Support for the first board, without the old timer. */\nint widget_legacy;\n' >"$tree/widget_legacy.c" ;;
    2.0)
      mkdir -p "$tree/tools"
      printf '#!/bin/sh\n# Prints the state of all widgets.\ncat /sys/class/widget/*/state\n' >"$tree/tools/widget-status"
      chmod 755 "$tree/tools/widget-status"
      ln -s tools/widget-status "$tree/status"
      ;;
  esac
}

make_package() {
  local version=$1 epoch=$2 payload=$3
  export SOURCE_DATE_EPOCH=$epoch
  local tree=$work/$version/acme-widget-$version spec=$work/$version/acme-widget-dkms.spec
  make_source "$version" "$tree"
  cat >"$spec" <<END
Name: acme-widget-dkms
Version: $version
Release: 1
Summary: Kernel module of the Acme Widget in a DKMS wrapper
License: GPL-2.0
URL: https://acme.example/widget
BuildArch: noarch

%description
Source of the kernel module of the Acme Widget, a device that does not exist.
DKMS builds it for each kernel.

%install
mkdir -p %{buildroot}/usr/src
cp -a $tree %{buildroot}/usr/src/

%files
%defattr(-,root,root,-)
/usr/src/acme-widget-$version

%changelog
$(changelog "$version")
END
  rpmbuild -bb --quiet --define "_topdir $work/rpmbuild" --define "_rpmdir $out" --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
    --define '_buildhost build.acme.example' --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    --define "_binary_payload $payload" --define '_source_filedigest_algorithm 8' --define '_binary_filedigest_algorithm 8' "$spec"
  rpmsign --addsign --define "__gpg $(command -v gpg)" --define "_gpg_name $UID_TEXT" --define "_gpg_path $GNUPGHOME" --define '_gpg_digest_algo sha256' \
    --define '_gpg_sign_cmd_extra_args --faked-system-time '"$(date -u -d "@$((epoch + 3600))" +%Y%m%dT%H%M%S)" "$out/acme-widget-dkms-$version-1.noarch.rpm" >/dev/null
}

# Newest first, from the release $1 down.
changelog() {
  case $1 in 2.0) printf '* Mon May 06 2024 Acme Builds <builds@acme.example> - 2.0-1\n- Add widget-status.\n- Drop the first board.\n\n' ;; esac
  case $1 in 2.0 | 1.1) printf '* Mon Mar 04 2024 Acme Builds <builds@acme.example> - 1.1-1\n- Remove the old timer.\n\n' ;; esac
  printf '* Mon Jan 15 2024 Acme Builds <builds@acme.example> - 1.0-1\n- First release.\n'
}

export GNUPGHOME=$work/gnupg
rm -rf "$out"
mkdir -p "$out"
make_key
make_package 1.0 1705312800 w9.gzdio
make_package 1.1 1709546400 w6.xzdio
make_package 2.0 1714989600 w19.zstdio
createrepo_c --quiet --general-compress-type=gz --revision 1714993200 --set-timestamp-to-revision --no-database "$out"
find "$out" -type f -exec touch -d @1714993200 {} +
du -sh "$out"
