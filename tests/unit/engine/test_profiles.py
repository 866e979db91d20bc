import pytest

from engine.profiles import UnknownModel, profile_named


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ((512, 512), (256, 256)),
        ((128, 128), (256, 256)),
        ((768, 512), (288, 192)),
        ((512, 768), (192, 288)),
        ((1024, 576), (288, 160)),
        ((1024, 128), (288, 128)),
    ],
)
def test_the_demo_draws_at_the_native_size_nearest_in_shape(asked, drawn):
    assert profile_named("demo").drawn_size(*asked) == drawn


def test_a_model_without_a_native_size_draws_what_is_asked():
    assert profile_named("z-image-turbo").drawn_size(1024, 768) == (1024, 768)


def test_a_model_answers_to_its_other_names_whatever_their_case():
    assert profile_named("tongyi-mai/z-image-turbo").name == "z-image-turbo"


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(UnknownModel, match="z-image-turbo, demo"):
        profile_named("dall-e")
