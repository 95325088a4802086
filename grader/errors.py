"""Every exception of the kit.

KitError
├── UsageError      you asked for something that is not there (exit status 2)
├── CourseError     the kit's own files are broken (exit status 3)
└── MachineError    this machine cannot do what is needed (exit status 3)

ProjectError        the learner's service.toml cannot be used: a result, never a crash

CheckException             what a check found, when it is not a plain pass
├── Failed          a promise is not kept
│   └── TooLate     a promise about time is not kept; tried once more before it is shown
├── NotChecked      this cannot be verified here
└── Unclear         measured, and too noisy to tell
"""


class KitError(Exception):
    """A fault that is not the learner's; its text is one sentence for the terminal."""

    exit_status = 3


class UsageError(KitError):
    """Somebody asked for something that does not exist."""

    exit_status = 2


class CourseError(KitError):
    """The kit's own files contradict each other."""


class MachineError(KitError):
    """The machine lacks something that the kit needs."""


class ProjectError(Exception):
    """A project's service.toml is missing or cannot be used; the text says why and what to do."""


class CheckException(Exception):
    """What a check found, when it is not a plain pass."""


class Failed(CheckException):
    """A promise of the contract is not kept."""

    def __init__(self, actual: str, *, expected: str = "", request: str = "", log: str = "") -> None:
        super().__init__(actual)
        self.actual = actual
        self.expected = expected
        self.request = request
        self.log = log


class TooLate(Failed):
    """Something took longer than was promised."""


class NotChecked(CheckException):
    """Something cannot be verified, because of the `machine` or because of the `project`."""

    def __init__(self, reason: str, *, because: str = "machine") -> None:
        super().__init__(reason)
        self.because = because


class Unclear(CheckException):
    """A measurement was too noisy for a verdict."""
