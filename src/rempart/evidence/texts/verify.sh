#!/usr/bin/env bash
# Verify an evidence package of Rempart (rempart-evidence/1), or a dossier of such packages, without Rempart.
#
#   bash verify.sh [--identity FILE] [--tsa-root FILE]... [--ca FILE]... [--log-key FILE]... [FOLDER]
#
# FOLDER      the package; by default the folder that this file is in
# --identity  an age key: what is sealed is decrypted and compared too; nothing clear is written to the disk
# --tsa-root  the root certificate of a time-stamping authority, from its own site (PEM)
# --ca        the certificate of whoever sealed, as she publishes it (PEM)
# --log-key   the key of the log, as the association publishes it
#             (these three may be given several times: keys change with the years)
#
# Needs bash 4.4, coreutils 8.31, findutils, openssl 3, and age if a key is given. Says VERIFIED and ends with 0, or says
# what is wrong and ends with 1; 2 if it was called wrongly. Whoever does not trust this file as it came with the package
# takes it from the association, and names FOLDER.

[ -n "${BASH_VERSION:-}" ] || { echo 'Run it with bash: bash verify.sh' >&2; exit 2; }
{ # to the last line: bash reads all of it before it does any of it, and a part of this file does nothing at all
set -u
umask 077
export LC_ALL=C OPENSSL_CONF=/dev/null
unset CDPATH GLOBIGNORE SSL_CERT_FILE SSL_CERT_DIR

refuse() {
    printf 'NOT VERIFIED: %s\n' "$*" >&2
    exit 1
}

misuse() {
    printf '%s\n' "$*" 'usage: bash verify.sh [--identity FILE] [--tsa-root FILE]... [--ca FILE]... [--log-key FILE]... [FOLDER]' >&2
    exit 2
}

# @check_log@

# ---- which files may be there ----

both='README\.txt|LISEZMOI\.txt|verify\.sh|manifest\.json|trust/(ca\.pem|tsa\.pem|log\.vkey|witnesses\.vkey|FINGERPRINTS\.txt)'
proofs='proofs/(seal\.p7s|(0[1-9]|[1-9][0-9])\.tsr|log-leaf\.txt|log-salt\.hex|log\.tlog-proof|renewal-(0[1-9]|[1-9][0-9])(\.txt|\.tsr|-tsa\.pem))'
id_form='evd_[0-9a-f]{32}'
covered_item="$both|COMMITMENTS|public/[a-z0-9][a-z0-9._-]{0,79}|sealed/(openings\.tsv|[0-9]{3}\.bin)\.age"
covered_dossier="$both|custody\.tsv|tombstones/$id_form\.(json|p7s)|items/$id_form/(SHA256SUMS|$proofs|$covered_item)"
folders_item='public|sealed|trust|proofs'
folders_dossier="trust|proofs|tombstones|items|items/$id_form|items/$id_form/($folders_item)"

# Refuse every file that is not in the table above, links and devices; the files are put into the array "files".
list_files() {
    local name covered=covered_$kind folders=folders_$kind
    files=()
    # Not by a process substitution: whether find failed could not be told for sure.
    find . -mindepth 1 -print0 >"$temp/names" || refuse 'the folder cannot be read'
    while IFS= read -r -d '' name; do
        name=${name#./}
        if [ -L "$name" ]; then
            refuse "$(printf '%q is a link' "$name")"
        elif [ -d "$name" ]; then
            [[ $name =~ ^(${!folders})$ ]] || refuse "$(printf 'there is a folder that is none of a package: %q' "$name")"
        elif [ -f "$name" ]; then
            [[ $name =~ ^(SHA256SUMS|$proofs|${!covered})$ ]] || refuse "$(printf 'there is a file that is none of a package: %q' "$name")"
            files+=("$name")
        else
            refuse "$(printf '%q is no file' "$name")"
        fi
    done <"$temp/names"
}

# A text: no byte but printable ones and newlines, the last of them a newline (bash drops zero bytes silently).
is_text() {
    [ -f "$1" ] && [ "$(tr -d '\n\t\040-\176\200-\377' <"$1" | wc -c)" -eq 0 ] && [ "$(tail -c 1 -- "$1" | od -An -tx1)" = ' 0a' ]
}

# Nothing in a file but one text: FILE TEXT
is_exactly() {
    [ "$(sha256sum <"$1")" = "$(printf '%s' "$2" | sha256sum)" ]
}

# ---- SHA256SUMS names every file but itself and the proofs, and every file is as it says ----

check_sums() {
    local line name last='' covered=covered_$kind changed
    local -a lines
    local -A listed=()
    is_text SHA256SUMS || refuse 'SHA256SUMS is missing, or no text'
    mapfile -t lines <SHA256SUMS
    for line in "${lines[@]}"; do
        [[ $line =~ ^[0-9a-f]{64}\ \ ([A-Za-z0-9][A-Za-z0-9._/-]*)$ ]] || refuse 'a line of SHA256SUMS has another form'
        name=${BASH_REMATCH[1]}
        [[ $name =~ ^(${!covered})$ ]] || refuse "SHA256SUMS names what is none of its files: $name"
        [[ -z $last || $last < $name ]] || refuse 'SHA256SUMS is not sorted, or names a file twice'
        [ -f "$name" ] || refuse "a file is missing: $name"
        listed[$name]=yes last=$name
    done
    for name in "${files[@]}"; do
        [[ ! $name =~ ^(${!covered})$ ]] || [ -n "${listed[$name]:-}" ] || refuse "SHA256SUMS does not name $name"
    done
    changed=$(sha256sum --strict --quiet -c SHA256SUMS 2>/dev/null) || refuse "a file was changed: ${changed%%:*}"
    for name in README.txt LISEZMOI.txt verify.sh trust/ca.pem trust/tsa.pem trust/log.vkey trust/FINGERPRINTS.txt \
        proofs/seal.p7s proofs/01.tsr proofs/log-leaf.txt proofs/log-salt.hex proofs/log.tlog-proof; do
        [ -f "$name" ] || refuse "a file is missing: $name"
    done
}

# ---- time-stamps (RFC 3161) ----

# One DER element and not a byte more: openssl reads the first and passes over what follows.
is_one_der() {
    local size parsed
    size=$(wc -c <"$1") && [ "$size" -le 65536 ] && parsed=$(openssl asn1parse -inform DER -in "$1" 2>/dev/null) &&
        [[ $parsed =~ ^\ *0:d=0\ +hl=\ *([0-9]+)\ +l=\ *([0-9]+)\ +cons:\ +SEQUENCE ]] &&
        [ $((BASH_REMATCH[1] + BASH_REMATCH[2])) -eq "$size" ]
}

# What a time-stamp says: sets token_time, token_second, token_serial, token_signer. FILE
read_token() {
    local text
    is_one_der "$1" && openssl ts -reply -in "$1" -token_out -out "$temp/token" 2>/dev/null &&
        text=$(openssl ts -reply -in "$temp/token" -token_in -text 2>/dev/null) &&
        [[ $text =~ $'\nHash Algorithm: sha'(256|384|512)$'\n' ]] &&
        [[ $text =~ $'\nSerial number: '([0-9A-Fa-fx]+)$'\n' ]] && token_serial=${BASH_REMATCH[1]} &&
        [[ $text =~ $'\nTime stamp: '([A-Z][a-z][a-z]\ [\ 0-9][0-9]\ [0-9:.]+\ [0-9]{4}\ GMT)$'\n' ]] &&
        token_second=$(date -u -d "${BASH_REMATCH[1]}" +%s) &&
        token_time=$(date -u -d "@$token_second" +%Y-%m-%dT%H:%M:%SZ) &&
        openssl cms -verify -noverify -inform DER -in "$temp/token" -signer "$temp/signer" -out /dev/null 2>/dev/null &&
        token_signer=$(openssl x509 -in "$temp/signer" -noout -subject -nameopt RFC2253 2>/dev/null) &&
        token_signer=${token_signer#subject=}
}

# FILE CONTENT SECOND ROOTS: its signature, purpose and chain, at a second (now, if it is empty).
verify_token() {
    openssl ts -verify -data "$2" -in "$1" -CAfile "$4" -untrusted trust/tsa.pem ${3:+-attime "$3"} >/dev/null 2>&1
}

# FILE CONTENT SECOND [ROOTS]: by the roots that were given, or those of the package; prints what it says.
check_token() {
    local root='' note='' why='the time-stamp was not renewed before'
    is_beside=''
    read_token "$1" || refuse "$1 is no time-stamp that can be read"
    if [ -s "$temp/roots" ] && verify_token "$1" "$2" "$3" "$temp/roots"; then
        root='root: as given' has_given_root=yes
    elif verify_token "$1" "$2" "$3" trust/tsa.pem; then
        root='root: as the package has it, compare trust/FINGERPRINTS.txt'
    elif [ -n "${4:-}" ] && [ -f "${4:-}" ] && verify_token "$1" "$2" "$3" "$4"; then
        root="root: beside it only, nothing sealed names it: $4" is_beside=yes has_beside=yes
    elif verify_token "$1" "$2" "$token_second" trust/tsa.pem ||
        { [ -f "${4:-}" ] && verify_token "$1" "$2" "$token_second" "$4"; }; then
        [ -z "$has_beside" ] || why='it was renewed by nobody that you named (--tsa-root), or that is sealed'
        refuse "$1: a certificate of the authority has ended, and $why"
    else
        refuse "$1 is no time-stamp of $2 by a known authority"
    fi
    [ -z "${seen[$token_serial/$token_time/$token_signer]:-}" ] || refuse "$1 is a time-stamp that is there already"
    seen[$token_serial/$token_time/$token_signer]=yes
    [[ $token_signer != *'LOCAL time-stamps'* ]] || note=' LOCAL TIME-STAMP: PROVES NOTHING TO A STRANGER;'
    printf '  %s: existed at %s, says %s;%s %s\n' "${1#proofs/}" "$token_time" "$token_signer" "$note" "$root"
}

# The last renewal holds today; what it renewed held when it was made, and so on down to the first time-stamps.
check_times() {
    local number at='' name before
    local -a tokens=(proofs/[0-9][0-9].tsr) renewals=(proofs/renewal-[0-9][0-9].tsr) covered
    [ -f "${renewals[0]}" ] || renewals=()
    local -a texts=(proofs/renewal-[0-9][0-9].txt)
    [ ! -f "${texts[0]}" ] || [ "${#texts[@]}" -eq "${#renewals[@]}" ] || refuse 'a renewal is not whole'
    local -A seen=()
    has_given_root='' has_beside=''
    for ((number = ${#renewals[@]}; number > 0; number--)); do
        name=$(printf 'proofs/renewal-%02d' "$number")
        [ -f "$name.txt" ] && [ -f "$name.tsr" ] || refuse "a renewal before the last one is missing: $name"
        covered=(SHA256SUMS "${tokens[@]}")
        for before in proofs/renewal-[0-9][0-9]*; do [[ $before < $name ]] && covered+=("$before"); done
        covered+=(proofs/seal.p7s)
        is_exactly "$name.txt" "$(sha256sum "${covered[@]}")"$'\n' || refuse "$name.txt is not a list of what was there"
        check_token "$name.tsr" "$name.txt" "$at" "$name-tsa.pem"
        [ -z "$at" ] || [ "$token_second" -le "$at" ] || refuse "$name.tsr is later than what renewed it"
        # Anybody can be an authority of her own and date back: to whoever named some, what she renewed holds without her.
        { [ -s "$temp/roots" ] && [ -n "$is_beside" ]; } || at=$token_second
    done
    for name in proofs/renewal-[0-9][0-9]-tsa.pem; do
        [ ! -f "$name" ] || [ -f "${name%-tsa.pem}.tsr" ] || refuse "$name is of no renewal"
    done
    first=''
    for ((number = 1; number <= ${#tokens[@]}; number++)); do
        name=$(printf 'proofs/%02d.tsr' "$number")
        [ -f "$name" ] || refuse "a time-stamp before the last one is missing: $name"
        check_token "$name" SHA256SUMS "$at"
        [ -z "$at" ] || [ "$token_second" -le "$at" ] || refuse "$name is later than what renewed it"
        [ -n "$first" ] && [ "$first" -le "$token_second" ] || first=$token_second
    done
    [ ! -s "$temp/roots" ] || [ -n "$has_given_root" ] || refuse 'no time-stamp is by the authority that you named'
    asked=$(manifest_value '"authorities":([0-9]{1,2})[,}]') || refuse 'the manifest does not say how many authorities were asked'
    [ "${#tokens[@]}" -ge "$asked" ] || printf '  NOTE: %s authorities were to be asked, and %s time-stamps are here\n' "$asked" "${#tokens[@]}"
}

# ---- the seal (CMS, CAdES) ----

# SEAL CONTENT: by one certificate, which the authority vouched for when the first time-stamp was made.
check_seal() {
    local signer print count=0
    local -a lines
    is_one_der "$1" || refuse "$1 is not one seal and nothing else"
    # Without -no-CApath and -no-CAstore openssl would also believe every authority that this machine believes.
    openssl cms -verify -binary -cades -inform DER -in "$1" -content "$2" -CAfile "$ca" -no-CApath -no-CAstore \
        -purpose any -attime "$first" -signer "$temp/signer" -out /dev/null 2>/dev/null ||
        refuse "$1 is no seal of $2 by whoever $ca vouches for"
    mapfile -t lines <"$temp/signer"
    for print in "${lines[@]}"; do [[ $print != *BEGIN* ]] || count=$((count + 1)); done
    [ "$count" -eq 1 ] || refuse "$1 has not one signer"
    signer=$(openssl x509 -in "$temp/signer" -noout -subject -nameopt RFC2253) || refuse "$1 names no signer"
    print=$(openssl x509 -in "$temp/signer" -noout -fingerprint -sha256) || refuse "$1 names no signer"
    printf '  %s: sealed by %s, certificate SHA-256 %s\n' "${1#proofs/}" "${signer#subject=}" "${print#*=}"
}

# ---- the log ----

check_entry() {
    local salt leaf said key witnesses=''
    local -a log_keys=("${given_log_keys[@]}")
    [ "${#log_keys[@]}" -gt 0 ] || log_keys=(trust/log.vkey)
    [ ! -f trust/witnesses.vkey ] || witnesses=trust/witnesses.vkey
    salt=$(tr -d '\0' <proofs/log-salt.hex) && [[ $salt =~ ^[0-9a-f]{64}$ ]] && is_exactly proofs/log-salt.hex "$salt"$'\n' ||
        refuse 'proofs/log-salt.hex has another form'
    leaf=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -r SHA256SUMS) || refuse 'openssl computes no HMAC'
    is_exactly proofs/log-leaf.txt "rempart-evidence/1"$'\n'"${leaf:0:64}"$'\n' || refuse 'the entry of the log is not of this package'
    said=''
    for key in "${log_keys[@]}"; do
        said=$(check_log proofs/log-leaf.txt proofs/log.tlog-proof "$key" "$witnesses" 2>"$temp/why") && break
        said=''
    done
    [ -n "$said" ] || refuse "the log does not hold this package: $(tr -cd '\n\040-\176' <"$temp/why")"
    printf '  %s\n' "${said//$'\n'/$'\n  '}"
}

# ---- what the manifest says ----

# A value of the manifest by its pattern, which is there exactly once. Quotes inside of texts are written \", so that
# no text can pass for a key.
manifest_value() {
    local rest
    [[ $manifest =~ $1 ]] || return 1
    printf '%s' "${BASH_REMATCH[1]}"
    rest=${manifest#*"${BASH_REMATCH[0]}"}
    [[ ! $rest =~ $1 ]]
}

load_manifest() {
    is_text manifest.json || refuse 'manifest.json is missing, or no text'
    manifest=$(<manifest.json)
    [[ $manifest != *$'\n'* ]] && [ "$(manifest_value '"format":"([^"]*)"')" = rempart-evidence/1 ] ||
        refuse 'manifest.json is of another format'
    kind=item
    case $(manifest_value '"kind":"([^"]*)"') in
        dossier) kind=dossier ;;
        file | page) ;;
        *) refuse 'manifest.json is of another kind' ;;
    esac
}

# ---- what is sealed: each file has its commitment, in COMMITMENTS and in the manifest ----

check_commitments() {
    local line name count=0 rest=$manifest form='"commitment":"([0-9a-f]{64})","media_type":"[^"]*","name":"(sealed/[0-9]{3}\.bin\.age)"'
    local -a lines
    commitments=()
    is_text COMMITMENTS || refuse 'COMMITMENTS is missing, or no text'
    mapfile -t lines <COMMITMENTS
    for line in "${lines[@]}"; do
        [[ $line =~ ^([0-9a-f]{64})$'\t'(sealed/[0-9]{3}\.bin\.age)$ ]] || refuse 'a line of COMMITMENTS has another form'
        [ -z "${commitments[${BASH_REMATCH[2]}]:-}" ] || refuse 'COMMITMENTS names a file twice'
        commitments[${BASH_REMATCH[2]}]=${BASH_REMATCH[1]}
    done
    for name in sealed/*; do
        [ "$name" = sealed/openings.tsv.age ] || [ -n "${commitments[$name]:-}" ] || refuse "nothing commits to $name"
    done
    [ -f sealed/openings.tsv.age ] || refuse 'a file is missing: sealed/openings.tsv.age'
    for name in "${!commitments[@]}"; do [ -f "$name" ] || refuse "a file is missing: $name"; done
    while [[ $rest =~ $form ]]; do
        [ "${commitments[${BASH_REMATCH[2]}]:-}" = "${BASH_REMATCH[1]}" ] || refuse 'manifest.json commits to something else'
        rest=${rest#*"${BASH_REMATCH[0]}"} count=$((count + 1))
    done
    [ "$count" -gt 0 ] && [ "$count" -eq "${#commitments[@]}" ] || refuse 'manifest.json commits to something else'
}

# SEALED: the clear bytes, on standard output.
opened() { age -d -i "$identity" -- "$1" 2>/dev/null; }

check_openings() {
    local openings line salt digest name count=0 found
    [ -n "$identity" ] || return 0
    openings=$(opened sealed/openings.tsv.age) || refuse 'this key does not open sealed/openings.tsv.age'
    while IFS= read -r line; do
        [[ $line != '# '* ]] || continue
        [[ $line =~ ^([0-9a-f]{64})$'\t'([0-9a-f]{64})$'\t'[0-9]+$'\t'(sealed/[0-9]{3}\.bin\.age)$'\t' ]] ||
            refuse 'a line of the openings has another form'
        digest=${BASH_REMATCH[1]} salt=${BASH_REMATCH[2]} name=${BASH_REMATCH[3]}
        found=$(set -o pipefail; opened "$name" | sha256sum) || refuse "this key does not open $name"
        [ "${found:0:64}" = "$digest" ] || refuse "$name holds something else than what its opening says"
        found=$(set -o pipefail; opened "$name" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -r) || refuse "this key does not open $name"
        [ "${found:0:64}" = "${commitments[$name]:-}" ] || refuse "$name holds something else than what was committed to"
        count=$((count + 1))
        printf '  %s: opened, its SHA-256 is %s\n' "$name" "$digest"
    done <<<"$openings"
    [ "$count" -eq "${#commitments[@]}" ] || refuse 'the openings are not of these contents'
}

# ---- one package ----

# FOLDER ID: ID is what the dossier calls it, empty for the package that was named.
check_package() {
    local id
    cd -- "$1" || refuse 'the folder cannot be entered'
    load_manifest
    [ -z "$2" ] || [ "$kind" = item ] || refuse 'a dossier is inside a dossier'
    local form='"id":"(evd_[0-9a-f]{32})"'
    [ "$kind" = item ] || form='"id":"(dos_[0-9a-f]{32})"'
    id=$(manifest_value "$form") || refuse 'manifest.json names no package'
    [ -z "$2" ] || [ "$2" = "$id" ] || refuse "the package $2 calls itself $id"
    printf '%s\n' "$id"
    list_files
    check_sums
    ca=${given_ca:-trust/ca.pem}
    check_times
    check_seal proofs/seal.p7s SHA256SUMS
    check_entry
    [ "$kind" = dossier ] || { check_commitments; check_openings; }
}

# ---- the packages of a dossier: all that are listed, in their order, each naming the one before ----

check_dossier() {
    local rest=$manifest list=$manifest case_ref form id digest found seq=0 previous=''
    form='\{"id":"(evd_[0-9a-f]{32})","seq":([0-9]{1,4}),"state":"(kept|erased)","sums_sha256":"([0-9a-f]{64})"\}'
    local -A known=()
    case_ref=$(manifest_value '"case_ref":"([0-9a-f]{64})"') || refuse 'the manifest names no case'
    while [[ $rest =~ $form ]]; do
        rest=${rest#*"${BASH_REMATCH[0]}"}
        id=${BASH_REMATCH[1]} digest=${BASH_REMATCH[4]} seq=$((seq + 1))
        [ "${BASH_REMATCH[2]}" -eq "$seq" ] && [ -z "${known[$id]:-}" ] || refuse 'the list of items is not in order'
        known[$id]=${BASH_REMATCH[3]}
        cd -- "$folder" || refuse 'the folder cannot be entered'
        if [ "${known[$id]}" = erased ]; then
            [ -f "tombstones/$id.json" ] && [ -f "tombstones/$id.p7s" ] || refuse "nothing tells why $id is not there"
            [ ! -e "items/$id" ] || refuse "$id is there, and said to be erased"
            printf '%s: erased\n' "$id"
            first=$dossier_first ca=${given_ca:-trust/ca.pem}
            check_seal "tombstones/$id.p7s" "tombstones/$id.json"
            found=$(<"tombstones/$id.json")
            [[ $found == *"\"$id\""* ]] || refuse "tombstones/$id.json is of something else"
        else
            [ -d "items/$id" ] || refuse "the package $id is missing"
            check_package "$folder/items/$id" "$id"
            found=$(sha256sum <SHA256SUMS)
            [ "${found:0:64}" = "$digest" ] || refuse "the package $id is not the one that the dossier lists"
            [ "$(manifest_value '"seq":([0-9]{1,4})[,}]')" = "$seq" ] || refuse "$id has another place in its case"
            found=$(manifest_value '"prev":"([0-9a-f]*)"') && [ "$found" = "$previous" ] || refuse "$id does not follow the package before it"
            [ "$(manifest_value '"case_ref":"([0-9a-f]{64})"')" = "$case_ref" ] || refuse "$id is of another case"
        fi
        previous=$digest
    done
    cd -- "$folder" || refuse 'the folder cannot be entered'
    for id in items/* tombstones/*; do
        id=${id#*/} id=${id%.*}
        [ "$id" = '*' ] || [ -n "${known[$id]:-}" ] || refuse "$id is not in the list of items"
    done
    for id in tombstones/*.json; do
        id=${id#*/} id=${id%.*}
        [ "$id" = '*' ] || [ "${known[$id]}" = erased ] || refuse "$id has a tombstone, and is said to be kept"
    done
    manifest=$list
    [ "$(manifest_value '"items_count":([0-9]{1,4})[,}]')" = "$seq" ] || refuse 'the list of items is not whole'
    printf '%s items\n' "$seq"
}

# ---- the beginning ----

absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

temp=$(mktemp -d) || misuse 'there is no place for temporary files'
trap 'rm -rf -- "$temp"' EXIT
: >"$temp/roots"
identity='' given_ca='' folder=''
declare -a files=() given_log_keys=()
declare -A commitments=()
while [ "$#" -gt 0 ]; do
    case $1 in
        --identity | --tsa-root | --ca | --log-key)
            [ "$#" -ge 2 ] && [ -f "$2" ] && [ -r "$2" ] || misuse "$1 needs a file that can be read"
            case $1 in
                --identity) identity=$(absolute "$2") ;;
                --tsa-root) { cat -- "$2" && echo; } >>"$temp/roots" ;;
                --ca) given_ca=$temp/given-ca; { cat -- "$2" && echo; } >>"$given_ca" ;;
                --log-key) given_log_keys+=("$(absolute "$2")") ;;
            esac
            shift 2
            ;;
        -*) misuse "there is no option $1" ;;
        *) [ -z "$folder" ] && [ -d "$1" ] || misuse 'there is one folder to verify'; folder=$(absolute "$1"); shift ;;
    esac
done
for tool in sha256sum basenc od tr tail cut wc cat date dirname mktemp rm find openssl; do
    command -v "$tool" >/dev/null || misuse "$tool is not installed"
done
[ -z "$identity" ] || command -v age >/dev/null || misuse 'age is not installed'
[ -n "$folder" ] || folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd) || misuse 'the folder cannot be entered'

check_package "$folder" ''
if [ "$kind" = dossier ]; then
    dossier_first=$first
    check_dossier
fi
[ -n "$given_ca" ] && [ "${#given_log_keys[@]}" -gt 0 ] && [ -s "$temp/roots" ] ||
    printf '%s\n' 'NOTE: some keys were taken from the package itself. Get them from their owners by another way, and compare' \
        '      trust/FINGERPRINTS.txt; or name them: --ca, --log-key, --tsa-root.'
echo VERIFIED
exit 0
}
