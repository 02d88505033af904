#!/bin/sh
# Make configure and the makefile templates.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
