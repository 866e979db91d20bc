"""The demo model: a very small `ZImagePipeline` folder that draws plain things on a CPU.

Its card is `MODEL_CARD.md` beside this file; `engine.demo_model.train` made the weights.
"""

from pathlib import Path
from typing import Final

WEIGHTS: Final[Path] = Path(__file__).parent / "weights"
