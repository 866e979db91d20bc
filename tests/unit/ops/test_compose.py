"""docker-compose.yml and the Dockerfiles say what docs/docker.md promises. No Docker runs here."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from bot.settings import ENGINE_ONLY, BotSettings
from engine.settings import EngineSettings

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker-compose.yml"
COMPOSE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = {
    path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("docker/*.Dockerfile")
}
SETTINGS = {f"ZDRAW_{name.upper()}" for name in {*BotSettings.model_fields, *ENGINE_ONLY}}
#: What a token of Telegram or Discord, or a key, looks like.
SECRET = re.compile(r"\d{6,}:[\w-]{30,}|[\w-]{20,}\.[\w-]{6,}\.[\w-]{20,}|hf_\w{20,}")


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """(name, the rest) of each, continued lines put together."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.partition(" ")[2]) for line in joined if line.strip()]


def final_stage(dockerfile: str) -> list[tuple[str, str]]:
    said = instructions(dockerfile)
    last = max(number for number, (name, _) in enumerate(said) if name == "FROM")
    return said[last:]


def named_in(text: str) -> set[str]:
    return set(re.findall(r"\bZDRAW_[A-Z_]+", text))


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps it out; the last line that matches decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or line.startswith("#"):
            continue
        if pattern == "*" or path == pattern or path.startswith(f"{pattern}/"):
            verdict = not line.startswith("!")
    return verdict


# --- the compose file -----------------------------------------------------------------------------


def test_compose_file_keeps_to_the_specification():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(FILE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_these_services_and_the_engines_are_chosen_by_profile():
    assert {name: service.get("profiles") for name, service in SERVICES.items()} == {
        "migrate": None,
        "bot": None,
        "engine": ["gpu"],
        "engine-cpu": ["cpu"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_no_more_rights_than_it_needs(name):
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    wide = {"privileged", "cap_add", "devices", "pid", "ipc", "ports", "group_add"}
    assert not wide & set(service)
    assert service.get("network_mode", "none") == "none"


@pytest.mark.parametrize("name", SERVICES)
def test_services_share_the_state_folder_and_nothing_of_the_host(name):
    service = SERVICES[name]
    assert service["volumes"] == ["state:/state"]
    assert "state" in COMPOSE["volumes"]
    assert service["environment"]["ZDRAW_STATE_DIR"] == "/state"
    assert service["tmpfs"] == ["/tmp"]


def test_migration_comes_first_and_the_engine_is_started_before_the_bot():
    assert SERVICES["bot"]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "engine": {"condition": "service_started", "required": False},
        "engine-cpu": {"condition": "service_started", "required": False},
    }


def test_migration_runs_once_and_the_others_always():
    policy = {name: service["restart"] for name, service in SERVICES.items()}
    always = "unless-stopped"
    assert policy == {"migrate": "no", "bot": always, "engine": always, "engine-cpu": always}


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_given_longer_to_stop_than_it_takes(name):
    assert SERVICES[name]["stop_grace_period"] == "15s"


@pytest.mark.parametrize("name", SERVICES)
def test_service_that_stays_has_a_health_check(name):
    service = SERVICES[name]
    dockerfile = (ROOT / service["build"]["dockerfile"]).read_text(encoding="utf-8")
    (check,) = [rest for said, rest in final_stage(dockerfile) if said == "HEALTHCHECK"]
    assert "/opt/zdraw/health.py" in check
    assert service.get("healthcheck") == ({"disable": True} if name == "migrate" else None)


def test_only_the_engine_for_the_gpu_reserves_one():
    reserved = SERVICES["engine"]["deploy"]["resources"]["reservations"]["devices"]
    assert reserved == [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}]
    assert [name for name, service in SERVICES.items() if "deploy" in service] == ["engine"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_file_that_is_named_is_there(name):
    service = SERVICES[name]
    assert (ROOT / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    for file in service.get("env_file", []):
        assert (ROOT / f"{file}.example").is_file()


def test_every_setting_that_is_named_exists():
    assert named_in(FILE.read_text(encoding="utf-8")) <= SETTINGS


@pytest.mark.parametrize("name", ["engine", "engine-cpu"])
def test_engine_gets_every_setting_it_reads_and_no_token(name):
    own = {"state_dir", "weights_dir", "lora_dir"}
    passed = {field for field in EngineSettings.model_fields if field not in own}
    expected = {f"ZDRAW_{f.upper()}": f"${{ZDRAW_{f.upper()}:-}}" for f in passed}
    assert SERVICES[name]["environment"] == expected | {"ZDRAW_STATE_DIR": "/state"}
    assert "env_file" not in SERVICES[name]


@pytest.mark.parametrize("name", ["engine", "engine-cpu"])
def test_settings_that_are_left_out_reach_the_engine_as_none(name, monkeypatch):
    for setting, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(setting, re.sub(r"\$\{\w+:-\}", "", value))
    assert EngineSettings() == EngineSettings(_env_file=None, state_dir=Path("/state"))


def test_bot_has_its_settings_from_the_file_and_its_paths_from_here(monkeypatch):
    bot = SERVICES["bot"]
    assert bot["env_file"] == [".env"]
    # As if `.env` were written for a zdraw outside of containers.
    monkeypatch.setenv("ZDRAW_STATE_DIR", "/srv/zdraw")
    monkeypatch.setenv("ZDRAW_DATABASE_URL", "sqlite+aiosqlite:////srv/zdraw/zdraw.db")
    monkeypatch.setenv("ZDRAW_WEIGHTS_DIR", "/srv/weights")
    for setting, value in bot["environment"].items():
        monkeypatch.setenv(setting, value)
    settings = BotSettings()
    assert settings.database_url == "sqlite+aiosqlite:////state/zdraw.db"
    assert settings.board_port == 0
    assert EngineSettings().weights_dir is None


# --- the Dockerfiles ------------------------------------------------------------------------------


def test_there_are_two_dockerfiles_and_both_are_used():
    used = {Path(service["build"]["dockerfile"]).name for service in SERVICES.values()}
    assert used == set(DOCKERFILES) == {"bot.Dockerfile", "engine.Dockerfile"}


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_image_is_of_the_python_that_zdraw_is_tested_with(dockerfile):
    assert {rest.split()[0] for said, rest in instructions(dockerfile) if said == "FROM"} == {
        "python:3.11-slim"
    }


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_container_runs_as_the_user_that_owns_the_state_folder(dockerfile):
    said = final_stage(dockerfile)
    users = [rest for name, rest in said if name == "USER"]
    assert users == ["10001:10001"]
    (made,) = [rest for name, rest in said if name == "RUN" and "useradd" in rest]
    assert "--gid 10001" in made
    assert "--uid 10001" in made
    assert "--owner zdraw --group zdraw --mode 0700 /state" in made
    after = said[said.index(("USER", "10001:10001")) :]
    assert not {"RUN", "COPY", "ADD"} & {name for name, _ in after}


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_what_is_copied_is_there_and_is_not_kept_out(dockerfile):
    copies = [rest.split() for name, rest in instructions(dockerfile) if name == "COPY"]
    for source in [source for *sources, _ in copies for source in sources]:
        assert (ROOT / source).exists()
        assert not ignored(source)
    assert not [rest for name, rest in instructions(dockerfile) if name == "ADD"]


@pytest.mark.parametrize(
    "path", [".env", ".git", "state", ".venv", "tests", "train-state", "docs", "docker/secret"]
)
def test_what_is_not_needed_does_not_reach_the_build(path):
    assert ignored(path)


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_packages_are_held_to_the_lock(dockerfile):
    installs = [part for _, rest in final_stage(dockerfile) for part in rest.split("pip ")[1:]]
    assert len(installs) == 2
    for install in installs:
        assert "-c requirements.lock" in install or "--no-deps" in install


def test_only_the_image_of_the_engine_has_torch():
    assert "'.[engine]'" in DOCKERFILES["engine.Dockerfile"]
    assert "[" not in "".join(
        rest for said, rest in final_stage(DOCKERFILES["bot.Dockerfile"]) if said == "RUN"
    )


def test_the_engine_can_compile_for_a_card():
    """Triton calls gcc, and loads what it made; Docker mounts a tmpfs so that nothing in it can be
    loaded, and the rest of the container is read-only."""
    said = final_stage(DOCKERFILES["engine.Dockerfile"])
    assert any(name == "RUN" and "install" in rest and " gcc " in rest for name, rest in said)
    told = " ".join(rest for name, rest in said if name == "ENV")
    for folder in ("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
        assert f" {folder}=/state/" in f" {told}"


@pytest.mark.parametrize(
    ("index", "compiles"),
    [("", True), ("https://index.test/whl/cu126", True), ("https://index.test/whl/cpu", False)],
)
def test_only_an_image_without_cuda_is_without_a_compiler(tmp_path, index, compiles):
    """By the shell itself, with nothing that it could do harm with."""
    said = final_stage(DOCKERFILES["engine.Dockerfile"])
    (command,) = (rest for name, rest in said if name == "RUN" and " gcc " in rest)
    for name in ("apt-get", "rm"):
        (tmp_path / name).write_text('#!/bin/sh\necho "$@"\n')
        (tmp_path / name).chmod(0o700)
    environment = {"PATH": str(tmp_path), "TORCH_INDEX": index}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True)
    assert done.returncode == 0
    assert (b" gcc " in done.stdout) is compiles


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_environment_of_the_image_fits_the_settings(dockerfile):
    environment = " ".join(rest for name, rest in final_stage(dockerfile) if name == "ENV")
    assert "ZDRAW_STATE_DIR=/state" in environment
    assert named_in(dockerfile) <= SETTINGS


@pytest.mark.parametrize("command", ["bot", "engine"])
def test_container_runs_its_command_and_can_run_another(command):
    said = final_stage(DOCKERFILES[f"{command}.Dockerfile"])
    assert ("ENTRYPOINT", '["zdraw"]') in said
    assert ("CMD", f'["{command}"]') in said


@pytest.mark.parametrize(
    "file", ["docker-compose.yml", "docker/bot.Dockerfile", "docker/engine.Dockerfile"]
)
def test_no_secret_is_baked_in(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not SECRET.search(text)
    assert not re.search(r"TOKEN\s*[:=]", text)
