#!/bin/sh
# `prisma generate` only looks for this path and never runs it. Migrations are applied by the program at boot.
echo "The schema engine is not shipped: migrations are applied at boot (see prisma/README.md)." >&2
exit 1
