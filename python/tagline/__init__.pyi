from ._tagline import NoTags as NoTags
from ._tagline import Stream as Stream
from ._tagline import Tagger as Tagger
from ._tagline import TaglineError as TaglineError

__all__ = ["NoTags", "Stream", "Tagger", "TaglineError", "__version__"]
__version__: str
