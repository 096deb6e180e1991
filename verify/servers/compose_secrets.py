"""The passwords of a compose deployment: made once, by chance, never shown."""

import secrets
from pathlib import Path

#: As docker-compose.yml names them.
NAMES = ("database-password", "broker-password")


def make(folder: Path) -> list[Path]:
    """Writes those that are not there yet; which.

    The folder is for its owner alone; the files inside it are not, for each container reads its own as a
    user the host does not know, and gets nothing else of the folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for name in NAMES:
        file = folder / name
        if not file.exists():
            file.write_text(secrets.token_hex(32) + "\n")
            file.chmod(0o444)
            made.append(file)
    return made
