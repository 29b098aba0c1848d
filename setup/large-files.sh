#!/bin/sh
# Refuses files over 2 MB: what is large is rebuilt from data/raw, not committed.
set -u
large=$(find "$@" -type f -size +4096)
[ -z "$large" ] && exit 0
printf '%s\n' "$large" >&2
printf '%s\n' '以上文件超过 2 MB，不能提交：请移出提交，或缩小后再提交。' \
    'The files above are over 2 MB and cannot be committed: leave them out or make them smaller.' >&2
exit 1
