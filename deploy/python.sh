# Sourced by the scripts that run the client tests.

# The virtual environment is made anew only when the requirements change.
prepare_python() {
    local requirements=Tests/ClientTests/requirements.txt stamp=.build-venv/requirements.txt
    # These ask for an older SDK than the one under test, with which they work as well.
    local alone=Tests/ClientTests/requirements-alone.txt
    install_packages curl python3 python3-venv systemd
    # The browser of the client tests: Ubuntu has it as a snap only, which cannot be had here. Read whole: a reader that
    # stops at what it looks for breaks the pipe, and with pipefail the answer is no.
    if [[ "$(apt-cache policy chromium 2>/dev/null)" == *'Candidate: '[0-9]* ]]; then install_packages chromium; fi
    cat "$requirements" "$alone" | cmp -s - "$stamp" && return
    echo "Installing the Python packages of the client tests into .build-venv"
    rm -rf .build-venv
    python3 -m venv .build-venv || fail "python3 could not make the virtual environment .build-venv"
    .build-venv/bin/pip install -q --disable-pip-version-check -r "$requirements" ||
        fail "pip could not install the requirements of the client tests"
    .build-venv/bin/pip install -q --disable-pip-version-check --no-deps -r "$alone" ||
        fail "pip could not install the clients of the client tests"
    cat "$requirements" "$alone" >"$stamp"
}
