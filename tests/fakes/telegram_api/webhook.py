"""Posts updates to the bot's webhook, in order, each until it is answered with 200."""

import threading
from dataclasses import dataclass, field

import httpx

from tests.fakes.telegram_api.account import Account
from tests.fakes.telegram_api.updates import UpdateQueue

#: Telegram waits longer before it repeats itself.
REPEAT_SECONDS = 0.05
IDLE_SECONDS = 0.01


@dataclass
class WebhookSender:
    """Works in a thread of its own while the server runs and a webhook is set."""

    account: Account
    updates: UpdateQueue
    #: (update id, status); 0 where there was no answer.
    posts: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="fake-webhook", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        with httpx.Client(timeout=10.0) as client:
            while not self._stopped.is_set():
                url = self.account.webhook
                queued = self.updates.first() if url else None
                if queued is None:
                    self._stopped.wait(IDLE_SECONDS)
                    continue
                update = {"update_id": queued.update_id, **queued.payload}
                status = self._post(client, url, update)
                self.posts.append((queued.update_id, status))
                if status == 200:
                    self.updates.confirm(queued.update_id)
                else:
                    self._stopped.wait(REPEAT_SECONDS)

    def _post(self, client: httpx.Client, url: str, update: dict[str, object]) -> int:
        secret = self.account.webhook_options.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            return client.post(url, json=update, headers=headers).status_code
        except httpx.HTTPError:
            return 0
