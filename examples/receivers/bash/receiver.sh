#!/usr/bin/env bash
# A receiver in bash and coreutils: verifies a Standard Webhooks signature.
#
# Bash cannot listen, so it takes one connection on its standard input and output, as inetd, socat and
# systemd (Accept=yes, StandardInput=socket) hand them over:
#
#   WEBHOOK_SECRET='whsec_…' socat TCP-LISTEN:8080,bind=127.0.0.1,reuseaddr,fork EXEC:./receiver.sh
#
# Settings, from the environment: WEBHOOK_SECRET (several separated by blanks while they rotate),
# SEEN (./seen, the folder that remembers ids). Events go to standard error.
set -euo pipefail
export LC_ALL=C

readonly TOLERANCE_SECONDS=300 MOST_BYTES=64000 BLOCK_BYTES=64 PATIENCE_SECONDS=10
seen=${SEEN:-seen}

answer() { # STATUS WORDS: send an answer without a body, and end
  printf 'HTTP/1.1 %s %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n' "$1" "$2"
  exit 0
}

bytes() { # HEX: write the bytes that it stands for
  printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"
}

sha256_hex() { # of standard input
  local digest
  digest=$(sha256sum)
  printf '%s' "${digest%% *}"
}

padded() { # KEY-IN-HEX BYTE: the key, filled up to a block with zeros, each byte XOR the byte
  local at out=''
  for ((at = 0; at < BLOCK_BYTES; at++)); do
    local byte=${1:at*2:2}
    printf -v byte '%02x' $((16#${byte:-00} ^ $2))
    out+=$byte
  done
  printf '%s' "$out"
}

hmac_base64() { # KEY-IN-HEX SIGNED-FILE: HMAC-SHA256 (RFC 2104); the key is never an argument of a program
  local inner
  inner=$({ bytes "$(padded "$1" 0x36)"; cat "$2"; } | sha256_hex)
  bytes "$({ bytes "$(padded "$1" 0x5c)"; bytes "$inner"; } | sha256_hex)" | base64 -w 0
}

same() { # ONE OTHER: compare every character, wherever they differ
  local at one other difference=$((${#1} ^ ${#2}))
  for ((at = 0; at < ${#1}; at++)); do
    printf -v one '%d' "'${1:at:1}"
    printf -v other '%d' "'${2:at:1}"
    difference=$((difference | (one ^ other)))
  done
  ((difference == 0))
}

is_genuine() { # ID TIMESTAMP SIGNATURES SIGNED-FILE
  [[ $1 =~ ^[A-Za-z0-9_-]{1,128}$ && $2 =~ ^[0-9]{1,12}$ ]] || return 1
  local age=$((EPOCHSECONDS - 10#$2)) genuine=1 secret key wanted given
  ((age <= TOLERANCE_SECONDS && age >= -TOLERANCE_SECONDS)) || return 1
  for secret in $WEBHOOK_SECRET; do
    key=$(base64 -d <<<"${secret#whsec_}" | od -An -v -tx1 | tr -d ' \n')
    ((${#key} > 0 && ${#key} <= 2 * BLOCK_BYTES)) || continue
    wanted="v1,$(hmac_base64 "$key" "$4")"
    for given in $3; do
      if same "$wanted" "$given"; then genuine=0; fi
    done
  done
  return "$genuine"
}

act_on() { # BODY-FILE ID: do what an event is worth; here its type is written
  local start
  start=$(head -c 200 "$1")
  [[ $start =~ \"type\":\ ?\"([a-z._]+)\" ]] && printf '%s %s\n' "${BASH_REMATCH[1]}" "$2" >&2
}

main() {
  local line name value id='' timestamp='' signatures='' length=''
  if [[ -z ${WEBHOOK_SECRET:-} ]]; then
    echo 'set WEBHOOK_SECRET' >&2
    answer 500 'Internal Server Error'
  fi
  set -f # the words of a header are never file names
  read -r -t "$PATIENCE_SECONDS" -n 1000 line || exit 0
  [[ $line == 'POST '* ]] || answer 405 'Method Not Allowed'
  while read -r -t "$PATIENCE_SECONDS" -n 4000 line && line=${line%$'\r'} && [[ -n $line ]]; do
    name=${line%%:*} value=${line#*:}
    value=${value# }
    case ${name,,} in
      webhook-id) id=$value ;;
      webhook-timestamp) timestamp=$value ;;
      webhook-signature) signatures=$value ;;
      content-length) length=$value ;;
    esac
  done
  [[ $length =~ ^[0-9]{1,9}$ ]] || answer 411 'Length Required'
  ((10#$length <= MOST_BYTES)) || answer 413 'Content Too Large'

  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  timeout "$PATIENCE_SECONDS" head -c "$((10#$length))" >"$folder/body" || answer 408 'Request Timeout'
  { printf '%s.%s.' "$id" "$timestamp"; cat "$folder/body"; } >"$folder/signed"
  is_genuine "$id" "$timestamp" "$signatures" "$folder/signed" || answer 401 'Unauthorized'

  mkdir -p "$seen"
  exec {lock}>"$seen/.lock"
  flock "$lock"
  if [[ ! -e $seen/$id ]]; then
    act_on "$folder/body" "$id"
    # Remembered after the deed: a crash in between repeats an event, and loses none.
    : >"$seen/$id"
  fi
  answer 204 'No Content'
}

main
