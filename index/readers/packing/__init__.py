"""What lies in an archive, taken member by member within bounds."""

from index.formats.packing.bounds import (
    DIRECTORY_LIMIT,
    MEMBER_LIMIT,
    MEMBERS,
    RATIO,
    RATIO_FROM,
    TOTAL_LIMIT,
    Budget,
)
from index.formats.packing.bounds_packing_member import Member
from index.formats.packing.bounds_packing_spool import held
from index.formats.packing.members import members_of

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
