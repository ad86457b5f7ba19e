"""What the owner decides about the API (docs/settings.md), against a real server behind a proxy that is played here."""

import http.client
import json


def ask(server, path, method="GET", body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer
    finally:
        connection.close()


def test_behind_a_proxy_everybody_has_an_address_of_their_own(here):
    with here.serving(TRUSTED_PROXIES="127.0.0.1", JWT_EXPIRE_MINUTES="60") as server:
        token = server.wait_for_line(r"/setup#(pr_setup_[\w-]+)").group(1)
        person = {"name": "ana", "password": "a long enough password"}
        made = ask(server, "/api/setup", "POST", {"token": token, **person}, X_Forwarded_For="203.0.113.7")
        assert made.status == 201
        assert "Max-Age=3600" in made.headers["Set-Cookie"]
        guesses = [ask(server, "/api/login", "POST", {"name": f"x{i}", "password": "wrong"}, X_Forwarded_For=f"198.51.100.{i}, 203.0.113.9").status
                   for i in range(6)]
        assert guesses == [401] * 5 + [429]
        assert ask(server, "/api/login", "POST", person, X_Forwarded_For="203.0.113.7").status == 200
    assert "signed in from 203.0.113.7" in here.run("audit", "list").out


def test_pages_of_a_listed_site_call_and_nobody_calls_too_often(here):
    app = "https://app.example.org"
    with here.serving(CORS_ORIGINS=app, API_RATE_LIMIT="3", ENABLE_DOCS="false") as server:
        key = here.ask("key", "create", "--name", "app", "--role", "viewer")["key"]
        credential = {"Authorization": f"Bearer {key}", "Origin": app}
        asked = ask(server, "/api/campaigns", "OPTIONS", Origin=app, Access_Control_Request_Method="GET")
        assert (asked.status, asked.headers["Access-Control-Allow-Origin"], asked.text) == (204, app, "")
        assert ask(server, "/docs", **credential).status == 404
        answers = [ask(server, "/api/campaigns", **credential) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == ['"minute";r=1', '"minute";r=0', '"minute";r=0']
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].headers["Access-Control-Allow-Origin"] == app
        assert all(ask(server, "/livez").status == 200 for _ in range(5))
    settings = here.run("settings").out
    assert "CORS_ORIGINS" in settings


def test_rules_that_cannot_be_read_stop_the_start(here):
    refused = here.run("serve", "--listen", "127.0.0.1:0", CORS_ORIGINS="app.example.org", TRUSTED_PROXIES="proxy", expect=2)
    assert "CORS_ORIGINS" in refused.err and "TRUSTED_PROXIES" in refused.err
