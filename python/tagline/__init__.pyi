from ._tagline import NoTags as NoTags
from ._tagline import Stream as Stream
from ._tagline import Tagger as Tagger
from ._tagline import TaglineError as TaglineError
from ._tagline import load as load

__all__ = ["NoTags", "Stream", "Tagger", "TaglineError", "__version__", "load"]
__version__: str
