"""What the board keeps to itself: who may come in, and which doors of Gradio are closed."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.adapters.board.gate import MAX_JSON_BYTES
from bot.adapters.board.login import COOKIE, MAX_BODY_BYTES
from bot.adapters.board.password import TRIES
from tests.board_stand import PANDAS, PASSWORD, Stand

pytestmark = PANDAS

#: Anybody's; its name follows from the request's id.
PICTURE = "pictures/2026/01/02/k3x-1.png"
#: Of a process that was killed.
LEFT_OVER = "board/0123/left.png"
FILE_DATA = {"_type": "gradio.FileData"}


def stand_in(folder: Path, *, locked: bool) -> Iterator[Stand]:
    files = {PICTURE: b"png", LEFT_OVER: b"png", "zdraw.db": b"rows", "api.secret": b"secret"}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    stand = Stand(folder, locked=locked)
    with stand.open():
        # Answered once the copies of an earlier process are gone.
        httpx.get(stand.url, timeout=60, trust_env=False)
        (folder / "board").mkdir(exist_ok=True)
        (folder / "board/away").symlink_to(folder / "zdraw.db")
        yield stand


@pytest.fixture(scope="module")
def open_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    yield from stand_in(tmp_path_factory.mktemp("open"), locked=False)


@pytest.fixture(scope="module")
def locked_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    yield from stand_in(tmp_path_factory.mktemp("locked"), locked=True)


@pytest.fixture
def board(open_stand: Stand) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=open_stand.url, timeout=30, verify=False, trust_env=False) as client:
        yield client


@pytest.fixture
def stranger(locked_stand: Stand) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=locked_stand.url, timeout=30, verify=False, trust_env=False
    ) as client:
        yield client


def answer(board: httpx.Client, data: list[object]) -> str:
    """What comes of a call of 画, as server-sent events."""
    called = board.post("/gradio_api/call/draw", json={"data": data})
    assert called.status_code == 200
    return board.get(f"/gradio_api/call/draw/{called.json()['event_id']}").text


def form(prompt: object, seed: object = "") -> list[object]:
    return [prompt, 512, 512, 1, 8, 0, seed, "", False, "", 0.6, "", "zh"]


# --- files ----------------------------------------------------------------------------------------


def test_a_copy_that_the_page_shows_is_served(open_stand: Stand, board: httpx.Client) -> None:
    copy = open_stand.state_dir / "board/4567/shown.png"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"png")
    served = board.get(f"/gradio_api/file={copy}")
    assert (served.status_code, served.content) == (200, b"png")


def test_copies_of_a_process_that_was_killed_are_gone(open_stand: Stand) -> None:
    assert not (open_stand.state_dir / LEFT_OVER).exists()


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "{state}/" + PICTURE,
        "{state}/zdraw.db",
        "{state}/api.secret",
        "{state}/board/%2e%2e/zdraw.db",
        "{state}/board/..%2Fzdraw.db",
        # A link that leads out.
        "{state}/board/away",
        "{state}/board",
        "pyproject.toml",
        "http://127.0.0.1:1/x",
        "https://gradio.example/x",
        "/nowhere%00",
        "",
    ],
)
def test_no_other_file_and_no_address_is(open_stand: Stand, board: httpx.Client, name: str) -> None:
    path = name.format(state=open_stand.state_dir)
    assert board.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_what_gradio_takes_for_a_file_is_not_taken(
    open_stand: Stand, board: httpx.Client, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("樱花")
    before = len(open_stand.asked)
    for given in (
        {"path": str(secret), "meta": FILE_DATA},
        [{"path": str(secret), "meta": FILE_DATA}],
        {"path": "http://127.0.0.1:1/x", "url": "http://127.0.0.1:1/x", "meta": FILE_DATA},
    ):
        assert "event: error" in answer(board, form(given))
        assert "event: error" in answer(board, form("x", seed=given))
    assert len(open_stand.asked) == before
    copies = open_stand.state_dir / "board"
    assert not any("secret" in path.name for path in copies.rglob("*"))
    assert "Traceback" not in "".join(capfd.readouterr())


def test_nor_by_the_way_that_goes_past_the_queue(
    board: httpx.Client, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("樱花")
    offered = board.get("/config").json()["dependencies"]
    (cancel,) = [one["id"] for one in offered if one["api_name"] == "cancel"]
    given = {"path": str(secret), "meta": FILE_DATA}
    body = {"data": [given], "fn_index": cancel, "session_hash": "x"}
    answered = board.post("/gradio_api/run/predict", json=body)
    assert not answered.is_success
    assert "secret" not in answered.text
    assert "Traceback" not in "".join(capfd.readouterr())


def test_wrong_inputs_leave_no_traceback_and_no_prompt_in_the_log(
    board: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong: list[list[object]] = [
        ["樱花", 512, 512, 99, 8, 0, "", "", False, "", 0.6, "", "zh"],
        ["樱花", 512, 512, 1, 8, 0, "", "", False, "", 0.6, "", "樱花"],
        ["樱花", "wide"],
    ]
    for data in wrong:
        assert "event: error" in answer(board, data)
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert "樱花" not in said


def test_a_prompt_reaches_the_core(open_stand: Stand, board: httpx.Client) -> None:
    assert "event: complete" in answer(board, form("一个圆"))
    assert open_stand.asked[-1] == "一个圆"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/proxy=https://x.hf.space/"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/run/draw"),
        ("POST", "/gradio_api/api/draw"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("GET", "/gradio_api/stream/a/b/1/playlist.m3u8"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("PUT", "/"),
        ("DELETE", "/gradio_api/queue/join"),
    ],
)
def test_doors_that_the_page_does_not_need_are_closed(
    board: httpx.Client, method: str, path: str
) -> None:
    assert board.request(method, path).status_code == 404


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_has_a_limit(board: httpx.Client, announced: bool) -> None:
    body = json.dumps({"data": form("x" * MAX_JSON_BYTES)}).encode()
    given = body if announced else iter([body])
    kind = {"content-type": "application/json"}
    answered = board.post("/gradio_api/call/draw", content=given, headers=kind)
    assert answered.status_code == 413


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_without_a_password_nobody_is_let_in_through_a_proxy(
    board: httpx.Client, name: str
) -> None:
    assert board.get("/", headers={name: "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        # Another program of this machine.
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_request_of_a_foreign_page_is_refused(board: httpx.Client, headers: dict[str, str]) -> None:
    call = "/gradio_api/call/draw"
    assert board.post(call, headers=headers, json={"data": form("x")}).status_code == 403
    assert board.get("/", headers=headers).status_code == 403


def test_request_of_its_own_page_is_taken(open_stand: Stand, board: httpx.Client) -> None:
    own = {"Origin": open_stand.url}
    asked = board.post("/gradio_api/call/draw", headers=own, json={"data": form("x")})
    assert asked.status_code == 200


# --- the password ---------------------------------------------------------------------------------


def enter(client: httpx.Client, password: str, **headers: str) -> httpx.Response:
    return client.post("/login", data={"password": password}, headers=headers)


@pytest.mark.parametrize(
    "path",
    [
        "/config",
        "/theme.css",
        "/assets/x.js",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/file=/etc/passwd",
        "/monitoring",
        "/nowhere",
    ],
)
def test_without_it_nothing_of_the_page_is_served(stranger: httpx.Client, path: str) -> None:
    assert stranger.get(path).status_code == 401
    assert stranger.post(path).status_code == 401


def test_who_has_not_given_it_is_asked_for_it(stranger: httpx.Client) -> None:
    away = stranger.get("/")
    assert (away.status_code, away.headers["location"]) == (303, "/login")
    page = stranger.get("/login", headers={"Accept-Language": "zh-CN"})
    assert "密码" in page.text
    assert "script-src" in page.headers["content-security-policy"] or (
        "default-src 'none'" in page.headers["content-security-policy"]
    )
    assert "Password" in stranger.get("/login", headers={"Accept-Language": "en-US"}).text


def test_who_gives_it_is_in_until_they_leave(stranger: httpx.Client) -> None:
    inside = enter(stranger, PASSWORD)
    assert (inside.status_code, inside.headers["location"]) == (303, "/")
    cookie = inside.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert "zdraw" in stranger.get("/").text
    copied = {"cookie": f"{COOKIE}={stranger.cookies[COOKIE]}"}
    assert stranger.get("/logout").headers["location"] == "/login"
    assert stranger.get("/").status_code == 303
    # Nor with what somebody has copied.
    assert stranger.get("/config", headers=copied).status_code == 401


def test_behind_tls_its_cookie_never_goes_unencrypted(stranger: httpx.Client) -> None:
    inside = enter(stranger, PASSWORD, **{"X-Forwarded-Proto": "https"})
    assert "secure" in inside.headers["set-cookie"].lower()


@pytest.mark.parametrize("wrong", ["", "x", PASSWORD[:-1], f"{PASSWORD} ", PASSWORD.upper(), "密"])
def test_another_word_lets_nobody_in(stranger: httpx.Client, wrong: str) -> None:
    refused = enter(stranger, wrong)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert 'role="alert"' in refused.text


@pytest.mark.parametrize("session", ["", "x", "99999999999.", "99999999999.00", "-1.x", "1." * 50])
def test_a_session_cannot_be_made_up(stranger: httpx.Client, session: str) -> None:
    assert stranger.get("/config", headers={"cookie": f"{COOKIE}={session}"}).status_code == 401


def test_another_sites_page_cannot_use_it(stranger: httpx.Client) -> None:
    enter(stranger, PASSWORD)
    elsewhere = {"Origin": "http://elsewhere.example"}
    call = "/gradio_api/call/draw"
    assert stranger.post(call, headers=elsewhere, json={"data": []}).status_code == 403


def test_the_one_who_asks_for_the_password_reads_little(stranger: httpx.Client) -> None:
    assert enter(stranger, "x" * MAX_BODY_BYTES).status_code == 413
    unannounced = iter([b"password=", b"x" * MAX_BODY_BYTES])
    assert stranger.post("/login", content=unannounced).status_code == 413


def test_guessing_is_slow_for_whoever_guesses_and_nobody_else(stranger: httpx.Client) -> None:
    """Behind a proxy of this machine, whose word is taken for where somebody comes from."""
    from_there = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    codes = [enter(stranger, "x", **from_there).status_code for _ in range(TRIES + 1)]
    assert codes[-1] == 429
    # Not even the right one is looked at; and what a stranger says before the proxy is nothing.
    again = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}
    assert enter(stranger, PASSWORD, **again).status_code == 429
    assert enter(stranger, PASSWORD, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 303
