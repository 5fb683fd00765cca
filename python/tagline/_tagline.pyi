import os
from typing import Any, Literal, TypedDict, final

import numpy as np
import numpy.typing as npt

__all__ = ["NoTags", "Stream", "Tagger", "TaglineError", "__VERSION__", "load"]

_Path = str | os.PathLike[str]
_Array = npt.ArrayLike
_At = Literal["end", "mean", "max"] | int

__VERSION__: str

class TaglineError(Exception): ...
class NoTags(TaglineError): ...

def load(path: _Path) -> tuple[npt.NDArray[np.float32], int]: ...

class _Row(TypedDict):
    file: str
    seconds: float | None
    position: float | None
    seconds_heard: float | None
    reason: str | None
    warning: str | None
    tags: npt.NDArray[np.float32] | None
    embedding: npt.NDArray[np.float32] | None

@final
class Tagger:
    def __new__(
        cls,
        model: _Path | bytes | None = None,
        *,
        backend: str = "auto",
        threads: int | None = None,
        focus_seconds: float | None = None,
        raw: bool = False,
    ) -> Tagger: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def name(self) -> str: ...
    @property
    def thresholds(self) -> npt.NDArray[np.float32] | None: ...
    @property
    def window_seconds(self) -> float: ...
    @property
    def backend(self) -> str: ...
    @property
    def threads(self) -> int: ...
    def tag(
        self,
        audio: _Path | _Array,
        sample_rate: float | None = None,
        *,
        at: _At = "end",
        update_seconds: float | None = None,
    ) -> npt.NDArray[np.float32]: ...
    def tag_file(
        self, path: _Path, *, at: _At = "end", update_seconds: float | None = None
    ) -> npt.NDArray[np.float32]: ...
    def tag_files(
        self,
        paths: list[str] | list[os.PathLike[str]],
        *,
        at: _At = "end",
        update_seconds: float | None = None,
        embeddings: bool = False,
    ) -> list[_Row]: ...
    def taggram(
        self, audio: _Path | _Array, sample_rate: float | None = None, *, update_seconds: float = 1.0
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]: ...
    def embed(
        self,
        audio: _Path | _Array,
        sample_rate: float | None = None,
        *,
        at: _At = "end",
        update_seconds: float | None = None,
    ) -> npt.NDArray[np.float32]: ...
    def log_mel(
        self, audio: _Path | _Array, sample_rate: float | None = None
    ) -> npt.NDArray[np.float32]: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...

@final
class Stream:
    def __new__(
        cls,
        sample_rate: float,
        model: _Path | bytes | Tagger | None = None,
        *,
        update_seconds: float = 1.0,
        focus_seconds: float | None = None,
        raw: bool | None = None,
        backend: str = "auto",
    ) -> Stream: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def sample_rate(self) -> float: ...
    def push(
        self, block: _Array
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]: ...
    def reset(self) -> None: ...
