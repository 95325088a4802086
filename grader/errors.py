"""Every exception of the kit.

KitError
├── UsageError      a command asks for something that does not exist (exit status 2)
├── CourseError     the kit's own files are broken (exit status 3)
└── MachineError    the machine lacks something that the kit needs (exit status 3)

ProjectError        the learner's service.toml cannot be used: a result, never a crash

CheckException      the result of a check that is not a plain pass
├── Failed          the project breaks a promise of the contract
│   └── TooLate     the project is too slow; the kit tries once more before it reports this
├── NotChecked      the kit cannot verify this here
└── Unclear         a measurement is too noisy for a verdict
"""


class KitError(Exception):
    """An error that is not a result of the project. Its text is one sentence for the terminal."""

    exit_status = 3


class UsageError(KitError):
    """A command asks for something that does not exist."""

    exit_status = 2


class CourseError(KitError):
    """The kit's own files contradict each other."""


class MachineError(KitError):
    """The machine lacks something that the kit needs."""


class ProjectError(Exception):
    """A project's service.toml is missing or cannot be used. The text gives the reason and the remedy."""


class CheckException(Exception):
    """The result of a check that is not a plain pass."""


class Failed(CheckException):
    """The project breaks a promise of the contract. `clause` stands where it isn't the clause of the check."""

    def __init__(self, actual: str, *, expected: str = "", request: str = "", log: str = "", clause: str = "") -> None:
        super().__init__(actual)
        self.actual = actual
        self.expected = expected
        self.request = request
        self.log = log
        self.clause = clause


class TooLate(Failed):
    """The project takes longer than the contract promises."""


class NotChecked(CheckException):
    """The kit cannot verify something: because of the `machine`, of the `project`, or of a run without `load`."""

    def __init__(self, reason: str, *, because: str = "machine") -> None:
        super().__init__(reason)
        self.because = because


class Unclear(CheckException):
    """A measurement is too noisy for a verdict."""
