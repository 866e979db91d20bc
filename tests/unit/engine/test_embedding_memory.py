import torch

from engine.pipelines.embedding_memory import EmbeddingMemory

#: 4 tokens of 8 floats.
BYTES = 4 * 8 * 4


def embedding(value: float = 0.0) -> torch.Tensor:
    return torch.full((4, 8), value)


def test_a_prompt_is_kept_for_its_model_only():
    memory = EmbeddingMemory()
    memory.put("a", "圆", embedding(1.0))
    found = memory.get("a", "圆")
    assert found is not None
    assert torch.equal(found, embedding(1.0))
    assert memory.get("b", "圆") is None


def test_what_was_used_longest_ago_goes_when_the_bytes_are_full():
    memory = EmbeddingMemory(limit_bytes=2 * BYTES)
    memory.put("a", "1", embedding())
    memory.put("a", "2", embedding())
    memory.get("a", "1")
    memory.put("a", "3", embedding())
    assert [memory.get("a", name) is not None for name in "123"] == [True, False, True]


def test_a_prompt_put_twice_counts_once():
    memory = EmbeddingMemory(limit_bytes=2 * BYTES)
    for value in (1.0, 2.0, 3.0):
        memory.put("a", "1", embedding(value))
    memory.put("a", "2", embedding())
    found = memory.get("a", "1")
    assert found is not None
    assert found[0, 0] == 3.0


def test_one_that_is_larger_than_all_of_it_is_not_kept_and_drops_nothing():
    memory = EmbeddingMemory(limit_bytes=BYTES)
    memory.put("a", "1", embedding())
    memory.put("a", "long", torch.zeros(5, 8))
    assert memory.get("a", "long") is None
    assert memory.get("a", "1") is not None


def test_what_is_kept_does_not_change_with_the_tensor_that_was_given():
    memory = EmbeddingMemory()
    given = embedding(1.0)
    memory.put("a", "1", given)
    given.zero_()
    found = memory.get("a", "1")
    assert found is not None
    assert found[0, 0] == 1.0
