"""Tags of music, as the Tagline plugin and ``trainer tag`` give them.

>>> import tagline
>>> tagger = tagline.Tagger()
>>> tags = tagger.tag_file("song.mp3", at="mean")      # float32 [tags]
>>> dict(zip(tagger.tags, tags))
"""

from ._tagline import __VERSION__ as __version__
from ._tagline import NoTags, Stream, Tagger, TaglineError, load

__all__ = ["NoTags", "Stream", "Tagger", "TaglineError", "__version__", "load"]
