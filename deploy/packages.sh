# Sourced by the other scripts: what they share. Debian 12 and Ubuntu.

# Says what went wrong in one sentence and stops.
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

# Installs what is missing of the packages that the build and the tests need; says nothing when all are there.
install_packages() {
    local package missing=() sudo=()
    for package in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing Debian packages: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing and need root: ${missing[*]}"
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -q >/dev/null || fail "apt-get update failed"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install ${missing[*]}"
}

# Fails unless Swift is there; installs the packages of every build.
prepare_build() {
    command -v swift >/dev/null || fail "swift is not installed; see https://www.swift.org/install/linux/"
    install_packages ca-certificates git pkg-config libssl-dev libnghttp2-dev libexpat1-dev libsqlite3-dev
}

# Builds products for release. With Swift's libraries inside the program, calls into them are direct and it starts with
# less memory; optimized once more when all modules are linked, calls between them are, too. A toolchain without static
# libraries or without a linker that optimizes does without.
build_release() {
    local product options=() toolchain
    toolchain=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")
    if [ -d "$toolchain/lib/swift_static/linux" ]; then options+=(--static-swift-stdlib); fi
    if [ -x "$toolchain/bin/ld.lld" ]; then
        options+=(--experimental-lto-mode full -Xswiftc -use-ld=lld)
    fi
    for product in "$@"; do
        swift build -c release "${options[@]}" --product "$product" ||
            fail "the build failed; the errors are above"
    done
}
