#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a user would script to check a mirror: each tag's package by rpmkeys, its payload against the tag's tree by diff.
# Usage: native-verify.sh REMOTE FOLDER
set -euo pipefail
remote=$1 work=$2
export LC_ALL=C

mkdir -p "$work/db"
cd "$work"
git clone -q --bare "$remote" mirror.git
key=$(git -C mirror.git ls-tree --name-only main archive/ | grep -i -E 'key|\.asc$|\.pub$' | grep -v sha256 | head -n 1)
git -C mirror.git show "main:$key" >key.asc
rpmkeys --dbpath "$work/db" --import key.asc
for tag in $(git -C mirror.git tag); do
  rm -rf tree payload
  mkdir tree payload
  file=$(git -C mirror.git log -1 --format=%B "$tag^{commit}" | sed -n 's/^Filename: //p')
  git -C mirror.git archive "$tag" src "archive/rpm/$file" | tar -x -C tree
  rpmkeys --dbpath "$work/db" -K "tree/archive/rpm/$file" >/dev/null
  rpm2cpio "tree/archive/rpm/$file" | (cd payload && cpio -idm --quiet --no-absolute-filenames)
  diff -r tree/src payload/usr/src/*
done
