"""What schemathesis does not know of the GraphQL door: our scalars, and what an answer must be."""

import schemathesis
from hypothesis import strategies
from schemathesis.graphql import nodes

# Legacy code lists and exact numbers as text; `Upload` takes a file, which only multipart requests carry.
schemathesis.graphql.scalar("Rate", strategies.sampled_from(["0", "4.35", "-1", "x"]).map(nodes.String))
schemathesis.graphql.scalar("Money", strategies.sampled_from(["0", "12.3456", "-1", "1e9"]).map(nodes.String))
schemathesis.graphql.scalar("Decimal", strategies.sampled_from(["0", "12.5", "x"]).map(nodes.String))
schemathesis.graphql.scalar("Upload", strategies.just("no file").map(nodes.String))

CODES = {
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "COST_EXCEEDED",
    "BAD_USER_INPUT",
    "NOT_FOUND",
    "CONFLICT",
    "FORBIDDEN",
    "UNAUTHENTICATED",
    "RATE_LIMITED",
    "UNAVAILABLE",
}


@schemathesis.check
def graphql_answer(ctx, response, case):
    """Any refusal is fine that says which it is; `INTERNAL` is our fault, whatever was asked."""
    assert response.status_code in (200, 400), response.status_code
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"} and ("data" in answer or answer["errors"]), answer
    for error in answer.get("errors", []):
        assert error["message"] and error["extensions"]["code"] in CODES, error
