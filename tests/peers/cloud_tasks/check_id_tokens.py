"""Google's library verifies ID tokens by the keys that an issuer publishes. JSON lines {"token", "audience"} in, one line
out for each: {"header", "claims"} or {"error"}.

    python check_id_tokens.py URL        (where /.well-known/openid-configuration is)
"""

import json
import sys

import google.auth.transport.requests
import google.oauth2.id_token
import jwt
import requests


def checked(token, audience, keys):
    try:
        claims = google.oauth2.id_token.verify_token(token, google.auth.transport.requests.Request(), audience=audience,
                                                     certs_url=keys)
        return {"header": jwt.get_unverified_header(token), "claims": claims}
    except (jwt.PyJWTError, google.auth.exceptions.GoogleAuthError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main(url):
    answer = requests.get(f"{url}/.well-known/openid-configuration", timeout=30)
    answer.raise_for_status()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(checked(asked["token"], asked["audience"], answer.json()["jwks_uri"])), flush=True)


main(sys.argv[1])
