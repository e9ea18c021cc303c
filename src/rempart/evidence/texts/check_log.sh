# check_log LEAF PROOF LOG_KEY [WITNESS_KEYS]: is this entry in the log that this key signed?
#
# Needs bash 4, coreutils 8.31 or later (sha256sum, basenc, od, tr, tail, cut, mktemp, date, rm, wc, cat) and openssl 3.
# LEAF      what the log holds of the package: proofs/log-leaf.txt
# PROOF     a proof of the form c2sp.org/tlog-proof@v1: proofs/log.tlog-proof
# LOG_KEY   the log's key, one line, name+identifier+base64: trust/log.vkey, or the one that the association publishes
# WITNESS_KEYS  the keys of whoever cosigned, one a line; lines that begin with # are passed over
# Prints where the entry is and who saw it; returns 1, with one line on standard error, if anything is not as signed.

check_log() {
    local leaf=$1 proof=$2 log_key=$3 witness_keys=${4:-} folder status
    folder=$(mktemp -d) || return 1
    LC_ALL=C _log_check "$folder" "$leaf" "$proof" "$log_key" "$witness_keys"
    status=$?
    rm -rf -- "$folder"
    return "$status"
}

_log_refuse() {
    printf 'LOG: %s\n' "$1" >&2
    return 1
}

# A text of ours: no byte but printable ones and newlines, the last of them a newline (bash drops zero bytes silently).
_log_is_text() {
    [ -f "$1" ] && [ "$(tr -d '\n\040-\176\200-\377' <"$1" | wc -c)" -eq 0 ] && [ "$(tail -c 1 -- "$1" | od -An -tx1)" = ' 0a' ]
}

# base64 to capital hexadecimal digits; only the one spelling of each value.
_log_hex() {
    local hex
    [[ $1 =~ ^[A-Za-z0-9+/]+=?=?$ ]] || return 1
    hex=$(printf '%s' "$1" | basenc --base64 -d 2>/dev/null | basenc --base16 -w0) || return 1
    [ "$(printf '%s' "$hex" | basenc --base16 -d | basenc --base64 -w0)" = "$1" ] && printf '%s' "$hex"
}

# SHA-256 of bytes given in hexadecimal digits.
_log_sha256() {
    local sum
    sum=$(printf '%s' "$1" | basenc --base16 -d | sha256sum) && sum=${sum:0:64} && printf '%s' "${sum^^}"
}

# Bytes of a text as hexadecimal digits.
_log_bytes() { printf '%s' "$1" | basenc --base16 -w0; }

# RFC 8032: FOLDER PUBLIC_HEX SIGNATURE_HEX; the message is in FOLDER/message.
_log_ed25519() {
    printf '%s' "302A300506032B6570032100$2" | basenc --base16 -d >"$1/key" &&
        printf '%s' "$3" | basenc --base16 -d >"$1/signature" &&
        openssl pkeyutl -verify -pubin -keyform DER -inkey "$1/key" -rawin -in "$1/message" \
            -sigfile "$1/signature" >/dev/null 2>&1
}

# VKEY KIND: prints "NAME IDENTIFIER PUBLIC" if the key is whole and of this kind (01: a log's, 04: a witness's).
_log_key() {
    local name=${1%%+*} rest=${1#*+} id material
    id=${rest%%+*}
    material=$(_log_hex "${rest#*+}") || return 1
    [ -n "$name" ] && [[ $name != *' '* ]] && [ "${#material}" -eq 66 ] && [ "${material:0:2}" = "$2" ] || return 1
    [ "$(_log_sha256 "$(_log_bytes "$name")0A$material" | cut -c1-8)" = "${id^^}" ] || return 1
    printf '%s %s %s' "$name" "${id^^}" "${material:2}"
}

_log_check() {
    local folder=$1 leaf=$2 proof=$3 log_key=$4 witness_keys=$5
    local -a lines known hashes
    local line key at=0 index size root text
    for line in "$leaf" "$proof" "$log_key"; do
        _log_is_text "$line" || { _log_refuse "$line is missing, or no text"; return 1; }
    done
    mapfile -t lines <"$log_key"
    [ "${#lines[@]}" -eq 1 ] && key=$(_log_key "${lines[0]}" 01) || { _log_refuse "$log_key is no log's key"; return 1; }
    known=("$key log")
    if [ -n "$witness_keys" ]; then
        _log_is_text "$witness_keys" || { _log_refuse "$witness_keys is missing, or no text"; return 1; }
        mapfile -t lines <"$witness_keys"
        for line in "${lines[@]}"; do
            case $line in '' | '#'*) continue ;; esac
            key=$(_log_key "$line" 04) || { _log_refuse "$witness_keys has a line that is no witness's key"; return 1; }
            known+=("$key witness")
        done
    fi

    # The parts of the proof.
    mapfile -t lines <"$proof"
    [ "${lines[0]:-}" = 'c2sp.org/tlog-proof@v1' ] || { _log_refuse "$proof is no proof"; return 1; }
    [[ ${lines[1]:-} =~ ^index\ (0|[1-9][0-9]{0,17})$ ]] || { _log_refuse 'the proof names no entry'; return 1; }
    index=${BASH_REMATCH[1]}
    hashes=()
    for ((at = 2; at < ${#lines[@]}; at++)); do
        [ -n "${lines[at]}" ] || break
        line=$(_log_hex "${lines[at]}") && [ "${#line}" -eq 64 ] && [ "${#hashes[@]}" -lt 63 ] ||
            { _log_refuse 'a line of the proof is no hash'; return 1; }
        hashes+=("$line")
    done
    ((at += 1))
    [[ ${lines[at + 1]:-} =~ ^(0|[1-9][0-9]{0,17})$ ]] && root=$(_log_hex "${lines[at + 2]:-}") && [ "${#root}" -eq 64 ] &&
        [ -z "${lines[at + 3]-x}" ] && [ "${#lines[@]}" -gt $((at + 4)) ] ||
        { _log_refuse 'the proof holds no checkpoint of three lines'; return 1; }
    size=${lines[at + 1]}
    text="${lines[at]}"$'\n'"$size"$'\n'"${lines[at + 2]}"$'\n'
    [ "${lines[at]}" = "${known[0]%% *}" ] || { _log_refuse 'the checkpoint is another log'\''s'; return 1; }

    _log_included "$leaf" "$index" "$size" "$root" "${hashes[@]}" || return 1
    printf 'log %s: entry %s of %s, root %s\n' "${lines[at]}" "$index" "$size" "${root,,}"
    _log_signed "$folder" "$text" "${#known[@]}" "${known[@]}" "${lines[@]:at + 4}"
}

# RFC 9162, 2.1.3.2: LEAF INDEX SIZE ROOT HASH...
_log_included() {
    local first=$2 last=$(($3 - 1)) root=$4 found one
    found=$( (printf '\0' && cat -- "$1") | sha256sum) || return 1
    found=${found:0:64} found=${found^^}
    [ "$first" -le "$last" ] || { _log_refuse "a log of $3 entries has no entry $2"; return 1; }
    shift 4
    for one in "$@"; do
        [ "$last" -ne 0 ] || { _log_refuse 'the proof is longer than the tree is high'; return 1; }
        if (((first & 1) || first == last)); then
            found=$(_log_sha256 "01$one$found")
            while ((!(first & 1) && first)); do ((first >>= 1, last >>= 1, 1)); done
        else
            found=$(_log_sha256 "01$found$one")
        fi
        ((first >>= 1, last >>= 1, 1))
    done
    [ "$last" -eq 0 ] && [ "$found" = "$root" ] || { _log_refuse 'the entry is not in the log that was signed'; return 1; }
}

# FOLDER TEXT COUNT KNOWN... SIGNATURE_LINE...: each line is by a known key, none by one key twice, one by the log's.
_log_signed() {
    local folder=$1 text=$2 count=$3 line name hex entry found seen=' ' is_by_log='' second
    shift 3
    local -a known=("${@:1:count}")
    for line in "${@:count + 1}"; do
        [[ $line == $'\xe2\x80\x94 '*' '* ]] || { _log_refuse 'a line after the checkpoint is no signature'; return 1; }
        line=${line#* } name=${line%% *}
        hex=$(_log_hex "${line#* }") || { _log_refuse "the signature of $name is no base64"; return 1; }
        found=''
        for entry in "${known[@]}"; do
            [ "${entry%% *}" = "$name" ] && entry=${entry#* } && [ "${entry%% *}" = "${hex:0:8}" ] && found=$entry
        done
        [ -n "$found" ] || { _log_refuse "there is a signature by a key that was not given: $name"; return 1; }
        [[ $seen != *" $name/${hex:0:8} "* ]] || { _log_refuse "$name signed twice"; return 1; }
        seen+="$name/${hex:0:8} "
        entry=${found#* }
        if [ "${entry##* }" = log ]; then
            printf '%s' "$text" >"$folder/message"
            [ "${#hex}" -eq 136 ] && _log_ed25519 "$folder" "${entry%% *}" "${hex:8}" ||
                { _log_refuse "the signature of $name fails"; return 1; }
            is_by_log=yes
        else
            [ "${#hex}" -eq 152 ] && [ "${hex:8:6}" = 000000 ] || { _log_refuse "$name cosigned at no time"; return 1; }
            second=$((16#${hex:8:16}))
            printf 'cosignature/v1\ntime %s\n%s' "$second" "$text" >"$folder/message"
            _log_ed25519 "$folder" "${entry%% *}" "${hex:24}" || { _log_refuse "the cosignature of $name fails"; return 1; }
            printf 'seen by %s at %s\n' "$name" "$(date -u -d "@$second" +%Y-%m-%dT%H:%M:%SZ)"
        fi
    done
    [ -n "$is_by_log" ] || _log_refuse 'the log itself signed nothing'
}
