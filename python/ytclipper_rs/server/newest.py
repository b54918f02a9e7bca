"""What may be kept of what comes without end."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Newest"]


class Newest:
    """Names of the newest things: `count` at most, and `size` bytes together. The very newest
    stays however large it is.

    Example:
        >>> newest = Newest(3, 100)
        >>> [newest.add(name, 40) for name in "abc"]
        [[], [], ['a']]
        >>> newest.grow("b", 30), list(newest.newest_first())
        (['b'], ['c'])
    """

    def __init__(self, count: int, size: int) -> None:
        self._count = count
        self._most = size
        self._sizes: dict[str, int] = {}
        self._size = 0

    def add(self, name: str, size: int) -> list[str]:
        """Takes one in as the newest, and tells which ones go."""
        self._sizes[name] = 0
        return self.grow(name, size)

    def grow(self, name: str, size: int) -> list[str]:
        """One has become larger, if it is still there. Tells which ones go."""
        if name not in self._sizes:
            return []
        self._sizes[name] += size
        self._size += size
        gone = []
        while len(self._sizes) > self._count or (self._size > self._most and len(self._sizes) > 1):
            oldest = next(iter(self._sizes))
            self._size -= self._sizes.pop(oldest)
            gone.append(oldest)
        return gone

    def clear(self) -> None:
        """All go."""
        self._sizes.clear()
        self._size = 0

    def newest_first(self) -> Iterator[str]:
        """All that stay."""
        return reversed(self._sizes)
