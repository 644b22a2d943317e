"""What keeps a device from being certified here that is no fault of the device.

* CertifyError     the harness cannot do its work: a port, a hook, a file that cannot be written
  - UsageError     the command line, the declaration or the parameters make no sense
  - PaperError     a certificate, key or registry is refused; says where and why
    · FormError         it is not whole, or not written in its only form
    · SignatureError    a signature or a hash is not that of the content
    · ForeignKeyError   it is signed with a key that nobody here vouches for
    · ExpiredError      its time is over, or has not come
    · RevokedError      the registry has taken it back
    · MismatchError     it is right in itself, and of something else
"""

from typing import ClassVar


class CertifyError(Exception):
    """Something for a person to read.

    Attributes:
        exit_code: What the program ends with.
        code: Short name for programs.
        remedy: What to do about it.
    """

    exit_code: ClassVar[int] = 3
    code: str = "harness"

    def __init__(self, text: str, remedy: str = "", code: str = "") -> None:
        super().__init__(text)
        self.text, self.remedy = text, remedy
        self.code = code or self.code


class UsageError(CertifyError):
    """What the person gave makes no sense; nothing was tried."""

    exit_code = 4
    code = "usage"


class PaperError(CertifyError):
    """A paper is refused.

    Attributes:
        where: Which part, such as `line 3` or `signature 1`.
        why: What is wrong with it.
        advice: What mends most errors of its kind.
    """

    exit_code: ClassVar[int] = 1
    code = "paper"
    advice: ClassVar[str] = ""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}", self.advice)
        self.where, self.why = where, why


class FormError(PaperError):
    """It is not whole, or not written in its only form."""

    code = "form"


class SignatureError(PaperError):
    """A signature or a hash is not that of the content."""

    code = "signature"
    advice = "get the file anew from whoever made it"


class ForeignKeyError(PaperError):
    """It is signed with a key that nobody here vouches for."""

    code = "foreign-key"
    advice = "if you believe whose key it is, name it: --key FILE"


class ExpiredError(PaperError):
    """Its time is over, or has not come."""

    code = "expired"
    advice = "ask for a new one, and see that the clock here is right"


class RevokedError(PaperError):
    """The registry has taken it back."""

    code = "revoked"


class MismatchError(PaperError):
    """It is right in itself, and of something else."""

    code = "mismatch"
