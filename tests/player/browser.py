"""``python -m tests.player.browser ADDRESS…``: what a page says, a line of JSON for each address.

A process of its own, as the application's Chromium knows no network, this computer's included.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWidgets import QApplication

LOOK = """JSON.stringify({
    status: document.body.dataset.status, sentence: document.querySelector("h1").innerText, text: document.body.innerText
})"""


def main(addresses: list[str]) -> None:
    application = QApplication([])
    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    waiting = iter(addresses)
    timer = QTimer(interval=50)

    def go_on() -> None:
        page.load(QUrl("about:blank"))
        address = next(waiting, None)
        if address is None:
            timer.stop()
            QTimer.singleShot(0, application.quit)
            return
        page.load(QUrl(address))
        timer.start()

    def looked(found: str) -> None:
        said = json.loads(found) if found else {}
        if said.get("status") and timer.isActive():
            timer.stop()
            print(json.dumps(said), flush=True)
            go_on()

    timer.timeout.connect(lambda: page.runJavaScript(LOOK, looked))
    QTimer.singleShot(0, go_on)
    application.exec()
    page.deleteLater()
    profile.deleteLater()


if __name__ == "__main__":
    main(sys.argv[1:])
