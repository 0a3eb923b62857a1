"""``python -m tests.contract_check [log]``: the exchanges of the fakes against the vendors' official specifications.

The fakes write every exchange into the file named by GUICHET_CONTRACT_LOG. The specifications and their checker stand beside
the project (``../shared``) and are no part of it: where they are absent, this says so and ends well. HubSpot, Twilio and Anthropic are
checked whole, ClickUp's and OpenAI's requests only: ClickUp's response schemas contradict each other, and every timed transcript of
OpenAI's fits two of the three shapes of which its schema wants exactly one. Status: 0 clean or nothing to check with,
1 violations, 2 no exchanges.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
VARIABLE = "GUICHET_CONTRACT_LOG"


def available(shared: Path = SHARED) -> bool:
    """Whether checker and specifications stand beside the project."""
    return (shared / "contract" / "check.py").is_file() and any((shared / "specs").glob("*.json"))


def run(log: Path, shared: Path = SHARED) -> tuple[int, str]:
    """-> (exit status, what the checker printed)"""
    command = [sys.executable, "-B", str(shared / "contract" / "check.py"), str(log), "--specs", str(shared / "specs")]
    command += ["--requests-only", "clickup-v2,openai-audio", "--max-exchanges", "1000000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main(arguments: list[str]) -> int:
    log = Path(arguments[0] if arguments else os.environ.get(VARIABLE) or ROOT / "contract.jsonl")
    if not available():
        print("Contrat : les spécifications officielles (../shared/specs) ne sont pas à côté du projet, rien n'est contrôlé.")
        return 0
    if not log.is_file():
        print(f"Contrat : aucun échange enregistré ({VARIABLE}=fichier pendant les tests).")
        return 2
    status, text = run(log)
    print(text, end="")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
