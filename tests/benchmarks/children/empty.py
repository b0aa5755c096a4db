"""The least that PySide6 can show: an empty window."""

from __future__ import annotations

import json
import sys

from PySide6.QtWidgets import QApplication, QMainWindow

from tests.benchmarks.children.moments import FirstPaint


def main() -> int:
    application = QApplication(sys.argv)
    window = QMainWindow()
    window.resize(1280, 800)

    def seen(moment: float) -> None:
        print(json.dumps({"usable": moment}), flush=True)
        application.quit()

    FirstPaint(window, seen)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
