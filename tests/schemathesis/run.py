"""Runs schemathesis against a server with demo data: python run.py http://127.0.0.1:8000

The seed is fixed, so that a run that passed passes again.
"""

import json
import os
import subprocess
import sys
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
URL = sys.argv[1]
COMMON = ["--seed", "20260101", "--no-shrink", "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

# name, realm and login of who asks, how the token is sent, test cases of each operation, what is left out and why
SYSTEMS = [
    ("rongzi", ("LOAN", "1611"), "Authorization: Bearer {token}", 10, []),
    (
        "eartip",
        ("SERVICE", "18800000001"),
        "Authorization: Bearer {token}",
        8,
        # Their tuples (`prefixItems`) are no JSON Schema for schemathesis 4.32, which reads them as `items`.
        ["/api/stats/follow", "/api/stats/demand"],
    ),
    ("ihk", None, None, 10, []),
    # Signing out would end the session of all further cases.
    ("grid", ("BANK", "admin"), "Authorization: {token}", 3, ["/grid/logout"]),
]
# The same, and what would shut the caller out
GRAPHQL_WITHOUT = ["Mutation.sessionEnd", "Mutation.accountFreeze", "Mutation.accountPasswordSet"]


def sign_in(realm, login):
    realm = f"realm: {realm}, " if realm else ""
    document = f'mutation {{ sessionCreate(input: {{{realm}login: "{login}", password: "quintet-demo"}}) {{ token }} }}'
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{URL}/graphql", json.dumps({"query": document}).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["sessionCreate"]["token"]


def schemathesis(what, location, *options):
    program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": os.path.join(HERE, "hooks.py")}
    done = subprocess.run(
        [program, "run", f"{URL}{location}", *options, *COMMON],
        env=environment, cwd=os.environ.get("TMPDIR", "/tmp"), capture_output=True, text=True,
    )
    if done.returncode != 0:
        print(done.stdout[-20_000:], done.stderr[-2_000:], file=sys.stderr)
    cases = [line.strip() for line in done.stdout.splitlines() if " generated, " in line]
    print(f"{what}: {cases[-1] if cases else 'nothing generated'}", flush=True)
    return done.returncode == 0 and bool(cases)


# All at once: the cases sign in badly, often enough that this address then has to wait.
tokens = {who: sign_in(*who) for _, who, *_ in SYSTEMS if who}
admin = sign_in(None, "admin")

passed = []
for name, who, header, cases, without in SYSTEMS:
    options = ["--url", URL, "--mode", "all", "--phases", "coverage,fuzzing", "--max-examples", str(cases), "--checks", CHECKS]
    if who:
        options += ["--header", header.format(token=tokens[who])]
    for path in without:
        options += ["--exclude-path", path]
    passed.append(schemathesis(name, f"/openapi/{name}.json", *options))
options = ["--phases", "fuzzing", "--max-examples", "4", "--checks", "graphql_answer"]
options += ["--header", f"Authorization: Bearer {admin}"]
for name in GRAPHQL_WITHOUT:
    options += ["--exclude-name", name]
passed.append(schemathesis("graphql", "/graphql", *options))
print(f"schemathesis: {sum(passed)} of {len(passed)} schemas clean")
sys.exit(0 if all(passed) else 1)
