"""Entry point of the command `selon`."""

import signal
import sys


def main() -> None:
    """Run the command line; a Ctrl-C during its imports, which take seconds, waits for `run`."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from bot.main import main as run_process

    run_process()


if __name__ == "__main__":
    main()
