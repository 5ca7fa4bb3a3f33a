"""What lies in an archive, taken member by member within bounds."""

from index.readers.packing.bounds import (
    DIRECTORY_LIMIT,
    MEMBER_LIMIT,
    MEMBERS,
    RATIO,
    RATIO_FROM,
    TOTAL_LIMIT,
    Budget,
)
from index.readers.packing.member import Member
from index.readers.packing.members import members_of
from index.readers.packing.spool import held

__all__ = [
    "DIRECTORY_LIMIT",
    "MEMBERS",
    "MEMBER_LIMIT",
    "RATIO",
    "RATIO_FROM",
    "TOTAL_LIMIT",
    "Budget",
    "Member",
    "held",
    "members_of",
]
