"""``rempart alert`` lists what was raised, shows who was told, and tries the doors; its exit code follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert_scenes import PLANTED, AlertScene
from commands import rempart
from net.servers import head
from rempart.app.alert_sending import send_due
from rempart.model.alert import Alert
from webhook_receivers import WRITTEN, WebhookReceiver

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Alert]]:
    """Return a workspace of two alerts: one was refused by the webhook, the other waits."""
    folder = tmp_path_factory.mktemp("alerts")
    secret = folder / "secret"
    secret.write_text(WRITTEN)
    secret.chmod(0o600)
    with WebhookReceiver(head("410 Gone", content_length="0")) as receiver:
        doors = {"alerts__webhook_url": receiver.url, "alerts__webhook_secret_file": str(secret)}
        scene = AlertScene(folder / "workspace", alerts__lines_file=str(folder / "alerts.jsonl"), **doors)
        with scene.workspace as workspace:
            first = scene.see(scene.asset())
            send_due(workspace, scene.settings)
            second = scene.see(scene.asset())
    assert first
    assert second
    return folder / "workspace", [first, second]


def test_the_list_says_what_waits(raised: tuple[Path, list[Alert]]) -> None:
    """And nothing of what was found."""
    folder, alerts = raised

    done = rempart("--workspace", folder, "alert", "list", env={"REMPART_WORKSPACE_USER": "oscar"})

    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 0
    assert set(lines) == {alert.id for alert in alerts}
    assert "refused by: webhook" in lines[alerts[0].id]
    assert "waits for: lines, webhook" in lines[alerts[1].id]
    for planted in PLANTED[:4]:
        assert planted not in done.stdout


def test_one_alert_shows_who_was_told_and_where_to_look(raised: tuple[Path, list[Alert]]) -> None:
    """In JSON and in words."""
    folder, [alert, _] = raised

    done = rempart("--workspace", folder, "alert", "show", alert.id, env={"REMPART_WORKSPACE_USER": "oscar"})
    [line] = rempart(
        *("--workspace", folder, "alert", "show", alert.id, "--json"), env={"REMPART_WORKSPACE_USER": "oscar"}
    ).stdout.splitlines()

    record = json.loads(line)
    assert done.returncode == 0
    assert f"rempart sighting show {alert.sighting}" in done.stderr
    assert "correct the settings" in done.stderr
    assert (record["alert"], record["priority"], record["sighting"]) == (alert.id, "high", alert.sighting)
    assert record["doors"]["lines"] is not None
    assert record["doors"]["webhook"] is None
    assert record["refused"] == ["webhook"]


def test_an_alert_that_is_none_is_misuse(raised: tuple[Path, list[Alert]]) -> None:
    """As any identifier."""
    done = rempart(
        "--workspace", raised[0], "alert", "show", "alr_" + "0" * 32, env={"REMPART_WORKSPACE_USER": "oscar"}
    )

    assert done.returncode == 2


@pytest.mark.parametrize("answer, code, outcome", [("204 No Content", 0, "taken"), ("500 Oh", 4, "failed")])
def test_a_trial_of_the_doors_is_0_or_4(tmp_path: Path, answer: str, code: int, outcome: str) -> None:
    """Without a workspace; each door has its line."""
    secret = tmp_path / "secret"
    secret.write_text(WRITTEN)
    secret.chmod(0o600)
    with WebhookReceiver(head(answer, content_length="0")) as receiver:
        doors = {
            "REMPART_ALERTS_LINES_FILE": str(tmp_path / "alerts.jsonl"),
            "REMPART_ALERTS_WEBHOOK_URL": receiver.url,
            "REMPART_ALERTS_WEBHOOK_SECRET_FILE": str(secret),
        }
        done = rempart("alert", "test", "--json", env=doors)
        assert receiver.verify(0)

    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == code
    assert {record["door"]: record["outcome"] for record in records} == {"lines": "taken", "webhook": outcome}
    assert json.loads((tmp_path / "alerts.jsonl").read_text())["trial"] is True


def test_without_a_door_a_trial_is_3() -> None:
    """The sentence names the settings."""
    done = rempart("alert", "test")

    assert done.returncode == 3
    assert "alerts.webhook_url" in done.stderr
