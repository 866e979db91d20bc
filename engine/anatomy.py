"""What a model is made of, in numbers: what a plan of its memory is reckoned from. Torch-free.

Counted on torch's meta device with diffusers 0.42.1 and transformers 5.23 (live tensors in bf16
with fused attention), for the demo model on its weights; tests/integration/test_anatomy.py counts
again.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """Blocks of one kind that run one after the other."""

    count: int
    #: Parameters of each.
    parameters: int
    #: Of these, those that every token is multiplied with.
    per_token: int
    #: Which tokens pass: those of the picture, those of the caption.
    sees_picture: bool = True
    sees_caption: bool = True
    #: Of the tokens of a picture, the part that passes: less where the picture has been shrunk.
    share: float = 1.0
    #: Channels of a token here; None = those of the transformer.
    width: int | None = None

    @property
    def is_once(self) -> bool:
        """Whether they run once for all steps: what sees no picture is the same in each."""
        return not self.sees_picture


@dataclass(frozen=True, kw_only=True)
class Transformer:
    """The network that denoises, a transformer or a U-Net.

    Its blocks are what can be streamed: of a transformer nearly everything; of a U-Net those of its
    widest level, which are alike and large.
    """

    #: In the order in which they run: first those that run once for all steps.
    blocks: tuple[Blocks, ...]
    #: Parameters outside the blocks.
    others: int
    #: Channels of a token.
    width: int
    #: Pixels along one side of a token.
    token_side: int
    #: Most bytes that one token needs at once beside the weights.
    live_bytes_per_token: int
    #: Parameters of the largest matrix in a block.
    largest_matrix: int
    #: Multiplications that a token of the picture takes outside the blocks.
    others_per_token: int = 0
    #: Of attention outside the blocks: channels times the square of the part of the tokens, summed.
    others_attention: float = 0.0

    @property
    def block_count(self) -> int:
        """How many blocks there are, of all kinds."""
        return sum(kind.count for kind in self.blocks)

    @property
    def once_count(self) -> int:
        """How many of the blocks, the first ones, run once for all steps."""
        return sum(kind.count for kind in self.blocks if kind.is_once)


@dataclass(frozen=True, kw_only=True)
class TextEncoder:
    """The network that reads the prompt, without what of it is never run: Z-Image's last layer."""

    layers: int
    #: Parameters of each layer.
    layer_parameters: int
    #: Parameters of the table of tokens.
    embedding: int
    #: Numbers in the embedding of a token.
    width: int
    #: As in Transformer.
    live_bytes_per_token: int
    largest_matrix: int
    #: Parameters outside layers and table.
    others: int = 0


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """The VAE."""

    parameters: int
    #: Pixels along one side of a latent.
    latent_side: int
    #: Most bytes that a pixel decoded needs at once beside the weights.
    live_bytes_per_pixel: int
    #: Of the convolutions; the attention at the bottom adds 5 % at 1024x1024 untiled.
    flops_per_pixel: int


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """The three networks of a pipeline."""

    transformer: Transformer
    text_encoder: TextEncoder
    decoder: Decoder


Z_IMAGE = Anatomy(
    transformer=Transformer(
        blocks=(
            Blocks(count=2, parameters=176_962_816, per_token=176_947_200, sees_picture=False),
            Blocks(count=2, parameters=180_910_336, per_token=176_947_200, sees_caption=False),
            Blocks(count=30, parameters=180_910_336, per_token=176_947_200),
        ),
        others=11_852_352,
        width=3840,
        token_side=16,
        live_bytes_per_token=114_500,
        largest_matrix=10_240 * 3840,
    ),
    # Qwen3-4B.
    text_encoder=TextEncoder(
        layers=35,
        layer_parameters=100_930_816,
        embedding=388_956_160,
        width=2560,
        live_bytes_per_token=79_400,
        largest_matrix=9728 * 2560,
    ),
    decoder=Decoder(
        parameters=83_819_683,
        latent_side=8,
        live_bytes_per_pixel=1536,
        flops_per_pixel=9_463_000,
    ),
)

DEMO = Anatomy(
    transformer=Transformer(
        blocks=(
            Blocks(count=1, parameters=307_600, per_token=306_880, sees_picture=False),
            Blocks(count=1, parameters=410_640, per_token=306_880, sees_caption=False),
            Blocks(count=6, parameters=410_640, per_token=306_880),
        ),
        others=494_720,
        width=160,
        token_side=32,
        live_bytes_per_token=5_000,
        largest_matrix=640 * 160,
    ),
    text_encoder=TextEncoder(
        layers=3,
        layer_parameters=147_776,
        embedding=307_200,
        width=128,
        live_bytes_per_token=2_704,
        largest_matrix=256 * 128,
    ),
    decoder=Decoder(
        parameters=983_987,
        latent_side=16,
        live_bytes_per_pixel=160,
        flops_per_pixel=53_300,
    ),
)


def _of_1280(count: int, share: float) -> Blocks:
    return Blocks(
        count=count,
        parameters=31_479_040,
        per_token=29_491_200,
        sees_caption=False,
        share=share,
        width=1280,
    )


#: Stable Diffusion 1.5: a U-Net, CLIP ViT-L/14's text half, a VAE.
STABLE_DIFFUSION = Anatomy(
    transformer=Transformer(
        # The way down, the bottom, the way up. Those of 320 and 640 channels are small and stay.
        blocks=(_of_1280(2, 1 / 16), _of_1280(1, 1 / 64), _of_1280(3, 1 / 16)),
        others=670_646_724,
        width=320,
        token_side=8,
        live_bytes_per_token=16_770,
        largest_matrix=13_107_200,
        others_per_token=72_710_000,
        others_attention=5 * 320 + 5 * 640 / 16,
    ),
    text_encoder=TextEncoder(
        layers=12,
        layer_parameters=7_087_872,
        embedding=37_945_344,
        others=60_672,
        width=768,
        live_bytes_per_token=24_750,
        largest_matrix=3072 * 768,
    ),
    decoder=Decoder(
        parameters=83_653_863,
        latent_side=8,
        live_bytes_per_pixel=1536,
        flops_per_pixel=9_461_000,
    ),
)
