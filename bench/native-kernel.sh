#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a user would script for one source package: rpmkeys, rpm2cpio, cpio, tar, git.
# Usage: native-kernel.sh PACKAGE KEY REMOTE FOLDER
set -euo pipefail
package=$1 key=$2 remote=$3 work=$4
mkdir -p "$work/db" "$work/tree/src"
cd "$work"
rpmkeys --dbpath "$work/db" --import "$key"
rpmkeys --dbpath "$work/db" -K "$package" >/dev/null
rpm2cpio "$package" | cpio -id --quiet
tar -xf linux-*.tar.xz -C tree/src --strip-components=1
git init -q -b main tree
cd tree
# Kinder to it: 80,000 loose objects would start a repacking beside the push, for minutes.
git config gc.auto 0
mkdir -p archive/rpm
cp "$package" archive/rpm/
git add -f .
git -c user.name=bench -c user.email=bench@localhost commit -qm 'feat: kernel'
git push -q "$remote" main
