"""What the API gives out on https: the hub's authority, and the certificate that it shows."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Timestamp


class AuthorityShown(TypedDict):
    """The hub's own authority, which a phone has to trust."""

    name: Annotated[str, Field(description="As phones list it.")]
    fingerprint: Annotated[str, Field(description="SHA-256, as phones show it.")]
    expires_at: Timestamp
    pem: str


class ServedShown(TypedDict):
    """The certificate that the hub shows."""

    names: Annotated[list[str], Field(description="Names and addresses that it is for.")]
    left_out: Annotated[
        list[str], Field(description="Own names for which the authority may not speak.")
    ]
    expires_at: Timestamp


class HttpsShown(TypedDict):
    """How the hub is reached by https."""

    kind: Annotated[
        Literal["off", "own", "auto"],
        Field(description="own: a certificate of the owner's; auto: one by the hub's authority."),
    ]
    port: Annotated[int | None, Field(description="Null while https is not served.")]
    authority: AuthorityShown | None
    certificate: ServedShown | None
