"""Why a paper is refused.

* PaperError          a paper is refused; says where and why
  - FormError         it is not whole, or not written in its only form
  - SignatureError    a signature or a hash is not that of the content
  - ForeignKeyError   it is signed with a key that nobody here vouches for
  - ExpiredError      its time is over, or has not come
  - RevokedError      the registry has taken it back
  - MismatchError     it is right in itself, and of something else
"""

from typing import ClassVar

from certification.errors import CertifyError


class PaperError(CertifyError):
    """A paper is refused.

    Attributes:
        where: Which part, such as `line 3` or `signature 1`.
        why: What is wrong with it.
    """

    exit_code: ClassVar[int] = 1
    code = "paper"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


class FormError(PaperError):
    """It is not whole, or not written in its only form."""

    code = "form"


class SignatureError(PaperError):
    """A signature or a hash is not that of the content."""

    code = "signature"


class ForeignKeyError(PaperError):
    """It is signed with a key that nobody here vouches for."""

    code = "foreign-key"


class ExpiredError(PaperError):
    """Its time is over, or has not come."""

    code = "expired"


class RevokedError(PaperError):
    """The registry has taken it back."""

    code = "revoked"


class MismatchError(PaperError):
    """It is right in itself, and of something else."""

    code = "mismatch"
