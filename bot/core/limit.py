"""A limit that the operator, those who run the fleet and the admins of a group decide on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number as it stands. What a group's admins decided holds only within what is usual at the
    time when it is asked for, for that may have become less since."""

    #: None: nothing was.
    decided: int | None
    #: It was decided by somebody who runs the fleet.
    by_fleet: bool
    #: None: no limit.
    usual: int | None
    #: More of it is stricter, as of a cooldown.
    longer: bool = False

    @property
    def holding(self) -> int | None:
        if self.decided is None:
            return self.usual
        if self.by_fleet or self.usual is None:
            return self.decided
        return self.usual if self._looser(self.decided, self.usual) else self.decided

    @property
    def loosest(self) -> int | None:
        """What a group's admins may go to; None: to anything."""
        return self.usual if self.decided is None or not self.by_fleet else self.decided

    @property
    def held_down(self) -> bool:
        """The fleet decided less for this group than is usual."""
        return self.by_fleet and self.decided is not None and self._looser(self.usual, self.decided)

    def loosened_by(self, value: int | None) -> bool:
        """It would be more than a group's admins may decide. None is what is usual."""
        if value is None:
            return self.held_down
        return self.loosest is not None and self._looser(value, self.loosest)

    def stays_fleets(self, value: int | None) -> bool:
        """After a group's admins made it stricter it is still more than they could have decided
        themselves, or still what the fleet held down."""
        if value is None or not self.by_fleet or self.loosened_by(value):
            return False
        return self.held_down or (self.usual is not None and self._looser(value, self.usual))

    def _looser(self, one: int | None, than: int | None) -> bool:
        if one is None or than is None:
            return one is None and than is not None
        return one < than if self.longer else one > than
